// What is typed into Email Configuration, and what of it is sent: only what differs. Secrets are typed, replaced or
// taken away, and never come back.
import type { AccessMethod, EmailConfiguration, EmailConfigurationChange } from "../api/email-configuration";

export const TEXTS = [
  "tenant", "client_id", "authority", "graph_url", "graph_resource", "ews_url",
  "exchange_url", "exchange_user",
  "google_client_id", "google_authority", "google_url",
] as const;
export const SECRETS = ["client_secret", "certificate_key", "exchange_password", "google_client_secret", "google_key"] as const;
export type TextName = (typeof TEXTS)[number];
export type SecretName = (typeof SECRETS)[number];

// Where a problem of the server's may belong.
export const FIELDS: readonly string[] = [...TEXTS, ...SECRETS, "method", "allowed", "certificate", "exchange_sign_in", "exchange_autodiscover"];

export type Method = AccessMethod | "any";
export interface Draft {
  method: Method | null;
  allowed: AccessMethod[];
  texts: Record<TextName, string>;
  certificate: string; // PEM of a new one; "" keeps what is there
  certificateGone: boolean;
  autodiscover: boolean;
  signIn: "ntlm" | "basic";
  secrets: Partial<Record<SecretName, string | null>>; // absent or "" keeps, null takes away
}

export function draftOf(saved: EmailConfiguration): Draft {
  return {
    method: saved.method as Method | null,
    allowed: [...saved.allowed],
    texts: Object.fromEntries(TEXTS.map((name) => [name, saved[name]])) as Record<TextName, string>,
    certificate: "",
    certificateGone: false,
    autodiscover: saved.exchange_autodiscover,
    signIn: saved.exchange_sign_in,
    secrets: {},
  };
}

export const methodsOf = (draft: Draft): readonly AccessMethod[] =>
  draft.method === "any" ? draft.allowed : draft.method ? [draft.method] : [];

const MICROSOFT: readonly AccessMethod[] = ["graph_end_user", "graph_app_only", "ews_end_user", "ews_app_only"];
const some = (draft: Draft, of: readonly AccessMethod[]) => methodsOf(draft).some((method) => of.includes(method));
export const usesMicrosoft = (draft: Draft) => some(draft, MICROSOFT);
export const usesEws = (draft: Draft) => some(draft, ["ews_end_user", "ews_app_only"]);
export const usesExchange = (draft: Draft) => some(draft, ["exchange_end_user", "exchange_impersonation"]);
export const usesGoogle = (draft: Draft) => some(draft, ["google_direct", "google_service_account"]);
export const uses = (draft: Draft, method: AccessMethod) => some(draft, [method]);

// What was typed for a method that is not chosen any more is out of sight, and is not sent.
function isInUse(draft: Draft, name: TextName | SecretName): boolean {
  if (name === "ews_url") return usesEws(draft);
  if (name === "exchange_user" || name === "exchange_password") return uses(draft, "exchange_impersonation");
  if (name.startsWith("exchange_")) return usesExchange(draft);
  if (name === "google_key") return uses(draft, "google_service_account");
  if (name === "google_client_id" || name === "google_client_secret") return uses(draft, "google_direct");
  return name.startsWith("google_") ? usesGoogle(draft) : usesMicrosoft(draft);
}

const same = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((each) => b.includes(each));

// What differs from what is saved. The first configuration of its own is sent whole: the settings file's values, which
// the form shows until then, become its own.
export function changeOf(draft: Draft, saved: EmailConfiguration): EmailConfigurationChange {
  const own = saved.source === "organization";
  const change: EmailConfigurationChange = { version: saved.version };
  if (draft.method && (!own || draft.method !== saved.method)) change.method = draft.method;
  if (!own || !same(draft.allowed, saved.allowed)) change.allowed = draft.allowed;
  for (const name of TEXTS) if (isInUse(draft, name) && (!own || draft.texts[name] !== saved[name])) change[name] = draft.texts[name];
  if (usesMicrosoft(draft) && draft.certificate.trim()) change.certificate = draft.certificate;
  else if (draft.certificateGone) change.certificate = null;
  if (draft.autodiscover !== saved.exchange_autodiscover) change.exchange_autodiscover = draft.autodiscover;
  if (draft.signIn !== saved.exchange_sign_in) change.exchange_sign_in = draft.signIn;
  for (const name of SECRETS) {
    const typed = draft.secrets[name];
    if (isInUse(draft, name) && (typed === null || typed)) change[name] = typed;
  }
  return change;
}

export function isChanged(draft: Draft, saved: EmailConfiguration): boolean {
  const whole = changeOf(draft, { ...saved, source: "organization" });
  return Object.keys(whole).length > 1;
}
