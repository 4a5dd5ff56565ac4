import { describe, expect, it } from "vitest";
import type { EmailConfiguration } from "../api/email-configuration";
import { changeOf, draftOf, isChanged, methodsOf, usesExchange, usesMicrosoft } from "./email-draft";

const saved: EmailConfiguration = {
  organization: { id: "3", name: "Main" },
  source: "organization",
  version: 4,
  method: "graph_app_only",
  allowed: [],
  methods: [],
  tenant: "contoso.example",
  client_id: "22222222-2222-4222-8222-222222222222",
  authority: "https://login.microsoftonline.com",
  graph_url: "https://graph.microsoft.com",
  graph_resource: "https://graph.microsoft.com",
  ews_url: "https://outlook.office365.com/EWS/Exchange.asmx",
  certificate: null,
  exchange_autodiscover: true,
  exchange_url: "",
  exchange_user: "",
  exchange_sign_in: "ntlm",
  google_client_id: "",
  google_account: "",
  google_authority: "https://oauth2.googleapis.com",
  google_url: "https://www.googleapis.com",
  secrets: { client_secret: { set_at: "2026-11-22T10:00:00Z", set_by: "ann" }, certificate_key: null, exchange_password: null, google_client_secret: null, google_key: null },
  redirect_uri: null,
  changed_at: null,
  changed_by: null,
};

describe("what is sent of an Email Configuration", () => {
  it("is nothing but the version when nothing was typed", () => {
    const draft = draftOf(saved);
    expect(changeOf(draft, saved)).toEqual({ version: 4 });
    expect(isChanged(draft, saved)).toBe(false);
  });

  it("is what differs, and a secret only when it was typed or taken away", () => {
    const draft = draftOf(saved);
    draft.texts.tenant = "fabrikam.example";
    draft.secrets = { client_secret: "", certificate_key: "a key" };
    draft.certificate = "a certificate";
    expect(changeOf(draft, saved)).toEqual({ version: 4, tenant: "fabrikam.example", certificate: "a certificate", certificate_key: "a key" });
    expect(isChanged(draft, saved)).toBe(true);
  });

  it("is everything the first time: the settings file's values become its own", () => {
    const usual = { ...saved, source: "settings" as const, version: 0 };
    const change = changeOf(draftOf(usual), usual);
    expect(change.method).toBe("graph_app_only");
    expect(change.tenant).toBe("contoso.example");
    expect(isChanged(draftOf(usual), usual)).toBe(false);
  });

  it("leaves out what was typed for a method that is not chosen any more", () => {
    const draft = draftOf(saved);
    draft.texts.exchange_user = "CONTOSO/sync";
    draft.secrets = { exchange_password: "typed", client_secret: null };
    expect(changeOf(draft, saved)).toEqual({ version: 4, client_secret: null });
  });

  it("asks only for what the methods in use need", () => {
    const draft = { ...draftOf(saved), method: "any" as const, allowed: ["exchange_end_user" as const] };
    expect(methodsOf(draft)).toEqual(["exchange_end_user"]);
    expect(usesExchange(draft)).toBe(true);
    expect(usesMicrosoft(draft)).toBe(false);
  });
});
