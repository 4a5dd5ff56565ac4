// Mail of strangers made fit to show (S32): sanitised here, and shown only inside a frame of opaque origin whose policy
// allows no script and, until the reader asks, no remote load. The policy is the wall; the sanitiser stands before it.
import DOMPurify from "dompurify";

export interface SafeMail {
  html: string;
  remote: number; // things that would be loaded from elsewhere
}

export interface MailOptions {
  allowRemote: boolean;
  // Pictures of the message itself, as data: addresses by content id.
  inline: ReadonlyMap<string, string>;
}

const FORBIDDEN_TAGS = ["form", "input", "button", "select", "textarea", "option", "fieldset", "dialog", "iframe", "frame", "object", "embed", "audio", "video", "source", "track", "picture", "link", "meta", "base", "template", "slot"];
const FORBIDDEN_ATTRIBUTES = ["srcset", "sizes", "ping", "autofocus", "contenteditable", "tabindex", "accesskey", "popover", "popovertarget", "form", "action", "name", "id"];
const REMOTE = /^\s*(https?:)?\/\//i;
const CSS_REMOTE = /url\s*\(\s*["']?\s*(https?:)?\/\/|@import/gi;
const CSS_IMPORT = /@import[^;]*;?/gi; // never loaded, not even on request
const LINK = /^\s*(https?:|mailto:|tel:)/i;

function treatImage(element: Element, options: MailOptions, found: { remote: number }): void {
  for (const attribute of ["src", "background", "poster"]) {
    const value = element.getAttribute(attribute);
    if (value === null) continue;
    if (/^\s*cid:/i.test(value)) {
      const data = options.inline.get(decodeURIComponentSafe(value.trim().slice(4)));
      if (data) element.setAttribute(attribute, data);
      else element.removeAttribute(attribute);
    } else if (REMOTE.test(value)) {
      found.remote += 1;
      if (!options.allowRemote) element.removeAttribute(attribute);
    } else if (!/^\s*data:image\/(png|jpe?g|gif|webp|bmp)[;,]/i.test(value)) element.removeAttribute(attribute);
  }
}

function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function sanitizeMail(html: string, options: MailOptions): SafeMail {
  const purifier = DOMPurify(window);
  const found = { remote: 0 };
  purifier.addHook("afterSanitizeAttributes", (element) => {
    treatImage(element, options, found);
    found.remote += element.getAttribute("style")?.match(CSS_REMOTE)?.length ?? 0;
    if (element.tagName === "STYLE") {
      const css = element.textContent ?? "";
      found.remote += css.match(CSS_REMOTE)?.length ?? 0;
      element.textContent = css.replace(CSS_IMPORT, "");
    }
    if (element.tagName === "A" || element.tagName === "AREA") {
      const href = element.getAttribute("href");
      if (href !== null && !LINK.test(href)) element.removeAttribute("href");
      element.setAttribute("target", "_blank");
      element.setAttribute("rel", "noopener noreferrer nofollow");
    }
  });
  const safe = purifier.sanitize(html, {
    USE_PROFILES: { html: true },
    FORBID_TAGS: FORBIDDEN_TAGS,
    FORBID_ATTR: FORBIDDEN_ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    FORCE_BODY: true, // keeps a style element that stands first
  });
  return { html: safe, remote: found.remote };
}

// What the frame's policy allows. It is joined with the page's own, so it can only be narrower.
export function framePolicy(allowRemote: boolean): string {
  const images = allowRemote ? "data: https:" : "data:";
  return `default-src 'none'; img-src ${images}; style-src 'unsafe-inline'; font-src 'none'; form-action 'none'; base-uri 'none'; upgrade-insecure-requests`;
}

export function frameDocument(body: string, allowRemote: boolean): string {
  return `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${framePolicy(allowRemote)}"><meta name="referrer" content="no-referrer"><meta http-equiv="x-dns-prefetch-control" content="off"><title>Email</title><style>html{color-scheme:light;background:#fff;color:#1f2024}body{margin:20px;font:15px/1.55 "Segoe UI Variable Text","Segoe UI",system-ui,sans-serif;overflow-wrap:anywhere}img{max-width:100%}img:not([src]){display:inline-block;min-width:24px;min-height:24px;background:#f0f0f3;border:1px dashed #c4c4cc;border-radius:4px}blockquote{margin:0 0 0 8px;padding-left:12px;border-left:3px solid #d6d6de;color:#55555e}pre{white-space:pre-wrap}table{max-width:100%}</style></head><body>${body}</body></html>`;
}

// What is written in our own editor, or pasted into it: text with simple marks.
export function sanitizeWritten(html: string): string {
  return DOMPurify(window).sanitize(html, {
    ALLOWED_TAGS: ["p", "div", "br", "b", "strong", "i", "em", "u", "ul", "ol", "li", "a", "blockquote", "span", "pre"],
    ALLOWED_ATTR: ["href"],
    ALLOWED_URI_REGEXP: LINK,
  });
}

export function textToHtml(text: string): string {
  const escaped = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
  return escaped.replace(/\r?\n/g, "<br>");
}
