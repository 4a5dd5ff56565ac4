// The form of Email Configuration: the access method, and what the methods in use need.
import { Badge, Button, Checkbox, Field, Input, MessageBar, MessageBarBody, Radio, RadioGroup, Textarea } from "@fluentui/react-components";
import { useId, useState, type ReactNode } from "react";
import type { AccessMethod } from "../api/email-configuration";
import { IconCopy } from "../icons";
import { texts } from "../texts";
import { uses, usesEws, usesExchange, usesGoogle, usesMicrosoft, methodsOf, type Method } from "./email-draft";
import { FileButton, SecretInput, TextInput, type Form } from "./email-inputs";
import { email } from "./email-texts";

const title = (method: AccessMethod) => texts.sync.methods[method];

function Part({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className="card settings-form email-part" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {hint && <p className="settings-note">{hint}</p>}
      {children}
    </section>
  );
}

export function MethodPart({ form }: { form: Form }) {
  const { draft, saved, set, problem } = form;
  const available = (method: AccessMethod) => saved.methods.find((each) => each.method === method)?.available === true;
  const waits = methodsOf(draft).length > 0 && !methodsOf(draft).some(available);
  const label = (method: AccessMethod) => (
    <>
      {title(method)}{" "}
      {!available(method) && (
        <Badge appearance="tint" color="informative">
          {email.notAvailable}
        </Badge>
      )}
    </>
  );
  const toggle = (method: AccessMethod, on: boolean) => set({ allowed: on ? [...draft.allowed, method] : draft.allowed.filter((each) => each !== method) });
  return (
    <Part title={email.method}>
      <Field validationMessage={problem.of("method")}>
        <RadioGroup aria-label={email.method} value={draft.method ?? ""} onChange={(_, data) => set({ method: data.value as Method })}>
          {saved.methods.map(({ method }) => (
            <Radio key={method} value={method} label={label(method)} />
          ))}
          <Radio
            value="any"
            label={
              <>
                {email.any} <small className="settings-count">{email.anyHint}</small>
              </>
            }
          />
        </RadioGroup>
      </Field>
      {draft.method === "any" && (
        <Field label={email.allowed} validationMessage={problem.of("allowed")}>
          <div role="group" aria-label={email.allowed} className="settings-checks">
            {saved.methods.map(({ method }) => (
              <Checkbox key={method} label={label(method)} checked={draft.allowed.includes(method)} onChange={(_, data) => toggle(method, data.checked === true)} />
            ))}
          </div>
        </Field>
      )}
      {waits && <Notice intent="warning" text={email.notAvailableDetail} />}
      {uses(draft, "ews_app_only") && <Notice intent="warning" text={email.fullAccess} />}
    </Part>
  );
}

function Notice({ intent, text }: { intent: "info" | "warning"; text: string }) {
  return (
    <MessageBar intent={intent} layout="multiline">
      <MessageBarBody>{text}</MessageBarBody>
    </MessageBar>
  );
}

export function MicrosoftPart({ form }: { form: Form }) {
  if (!usesMicrosoft(form.draft)) return null;
  return (
    <Part title={email.microsoft} hint={email.microsoftHint}>
      <TextInput form={form} name="tenant" label={email.tenant} hint={email.tenantHint} required />
      <TextInput form={form} name="client_id" label={email.clientId} required />
      <Redirect address={form.saved.redirect_uri} />
      <Certificate form={form} />
      <SecretInput form={form} name="certificate_key" label={email.certificateKey} hint={email.certificateKeyHint} file />
      <SecretInput form={form} name="client_secret" label={email.clientSecret} hint={email.clientSecretHint} />
      <Addresses>
        <TextInput form={form} name="authority" label={email.authority} />
        <TextInput form={form} name="graph_url" label={email.graphUrl} />
        <TextInput form={form} name="graph_resource" label={email.graphResource} />
        {usesEws(form.draft) && <TextInput form={form} name="ews_url" label={email.ewsUrl} hint={email.exchangeUrlHint} />}
      </Addresses>
    </Part>
  );
}

// Open when something in it was refused: what is marked must be seen.
function Addresses({ children }: { children: ReactNode }) {
  return (
    <details className="email-addresses">
      <summary>{email.addresses}</summary>
      <div className="stack">
        <p className="settings-note">{email.addressesHint}</p>
        {children}
      </div>
    </details>
  );
}

function Redirect({ address }: { address: string | null }) {
  const [copied, setCopied] = useState(false);
  if (!address) return <Notice intent="warning" text={email.redirectMissing} />;
  return (
    <Field label={email.redirect} hint={email.redirectHint}>
      <Input
        readOnly
        value={address}
        contentAfter={
          <Button size="small" appearance="transparent" icon={<IconCopy />} onClick={() => void navigator.clipboard.writeText(address).then(() => setCopied(true))}>
            {copied ? email.copied : email.copy}
          </Button>
        }
      />
    </Field>
  );
}

function Certificate({ form }: { form: Form }) {
  const { draft, saved, set, problem } = form;
  const now = saved.certificate;
  const hint = draft.certificateGone ? email.secretGone : now ? email.certificateNow(now.thumbprint, now.expires_at) : email.certificateHint;
  return (
    <div className="email-secret">
      <Field label={now ? email.replace(email.certificate) : email.certificate} hint={hint} validationMessage={problem.of("certificate")}>
        <Textarea value={draft.certificate} rows={3} spellCheck={false} onChange={(_, data) => set({ certificate: data.value, certificateGone: false })} />
      </Field>
      <span className="email-secret-actions">
        <FileButton label={email.certificate} onText={(certificate) => set({ certificate, certificateGone: false })} />
        {now && (
          <Button size="small" appearance="subtle" onClick={() => set({ certificate: "", certificateGone: !draft.certificateGone, secrets: { ...draft.secrets, certificate_key: draft.certificateGone ? "" : null } })}>
            {draft.certificateGone ? email.certificateKeep : email.certificateRemove}
          </Button>
        )}
      </span>
    </div>
  );
}

export function ExchangePart({ form }: { form: Form }) {
  const { draft, set, problem } = form;
  if (!usesExchange(draft)) return null;
  const impersonates = uses(draft, "exchange_impersonation");
  return (
    <Part title={email.exchange} hint={email.exchangeHint}>
      <Checkbox label={email.autodiscover} checked={draft.autodiscover} onChange={(_, data) => set({ autodiscover: data.checked === true })} />
      <TextInput form={form} name="exchange_url" label={email.exchangeUrl} hint={email.exchangeUrlHint} required={!draft.autodiscover} />
      <Field label={email.signIn} hint={email.signInHint} validationMessage={problem.of("exchange_sign_in")}>
        <RadioGroup layout="horizontal" value={draft.signIn} onChange={(_, data) => set({ signIn: data.value as "ntlm" | "basic" })}>
          <Radio value="ntlm" label={email.ntlm} />
          <Radio value="basic" label={email.basic} />
        </RadioGroup>
      </Field>
      {impersonates ? (
        <>
          <TextInput form={form} name="exchange_user" label={email.impersonation} hint={email.impersonationHint} required />
          <Notice intent="info" text={email.backslash} />
          <SecretInput form={form} name="exchange_password" label={email.exchangePassword} hint={email.exchangePasswordHint} />
        </>
      ) : (
        <Notice intent="info" text={`${email.exchangeEndUser} ${email.backslash}`} />
      )}
    </Part>
  );
}

export function GooglePart({ form }: { form: Form }) {
  const { draft, saved } = form;
  if (!usesGoogle(draft)) return null;
  return (
    <Part title={email.google} hint={email.googleHint}>
      {uses(draft, "google_direct") && (
        <>
          <TextInput form={form} name="google_client_id" label={email.googleClientId} required />
          <SecretInput form={form} name="google_client_secret" label={email.googleClientSecret} />
          <Redirect address={saved.redirect_uri} />
        </>
      )}
      {uses(draft, "google_service_account") && (
        <>
          <SecretInput form={form} name="google_key" label={email.googleKey} hint={email.googleKeyHint} file />
          {saved.google_account && <p className="settings-note">{email.googleAccount(saved.google_account)}</p>}
        </>
      )}
      <Addresses>
        <TextInput form={form} name="google_authority" label={email.googleAuthority} />
        <TextInput form={form} name="google_url" label={email.googleUrl} />
      </Addresses>
    </Part>
  );
}
