// Addresses as people type and paste them: "Ann <ann@x.example>; bob@x.example".
import type { Schemas } from "../api/client";
import { isEmailAddress } from "../records/draft";

type MailAddress = Schemas["MailAddress"];

export function parseAddresses(text: string): { good: MailAddress[]; bad: string[] } {
  const good: MailAddress[] = [];
  const bad: string[] = [];
  for (const part of splitOutsideQuotes(text)) {
    const named = /^"?([^"<]*)"?\s*<([^>]+)>$/.exec(part);
    const address = (named ? named[2] : part).trim();
    const name = named?.[1].trim();
    if (isEmailAddress(address)) good.push(name ? { address, name } : { address });
    else bad.push(part);
  }
  return { good, bad };
}

function splitOutsideQuotes(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    if (!quoted && /[;,\n]/.test(character)) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  parts.push(part);
  return parts.map((entry) => entry.trim()).filter(Boolean);
}

export function withoutDoubles(addresses: MailAddress[], except: string[] = []): MailAddress[] {
  const seen = new Set(except.map((address) => address.toLowerCase()));
  return addresses.filter(({ address }) => !seen.has(address.toLowerCase()) && seen.add(address.toLowerCase()));
}

export function prefixed(prefix: "Re" | "Fw", subject: string): string {
  const known = prefix === "Re" ? /^\s*(re|aw|sv)\s*:/i : /^\s*(fwd?|wg)\s*:/i;
  return known.test(subject) ? subject : `${prefix}: ${subject}`;
}
