// S32: every way in which a stranger's HTML could run or load something.
import { describe, expect, it } from "vitest";
import { frameDocument, framePolicy, sanitizeMail, sanitizeWritten, textToHtml } from "./sanitize";

const strict = { allowRemote: false, inline: new Map<string, string>() };
const clean = (html: string, allowRemote = false) => sanitizeMail(html, { ...strict, allowRemote }).html;

describe("nothing runs", () => {
  const attacks = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><feImage href='http://t.example/x'/></svg>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java\tscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<iframe src='https://t.example'></iframe>",
    "<object data='https://t.example'></object><embed src='https://t.example'>",
    "<form action='https://t.example'><input name=password></form>",
    "<base href='https://t.example/'>",
    "<meta http-equiv=refresh content='0;url=https://t.example'>",
    "<link rel=stylesheet href='https://t.example/x.css'>",
    "<video src='https://t.example/v' autoplay></video><audio src='https://t.example/a'></audio>",
    "<p onclick='alert(1)' style='behavior:url(x)'>x</p>",
  ];
  it.each(attacks)("%s", (attack) => {
    const html = clean(attack);
    expect(html).not.toMatch(/<(script|svg|math|iframe|object|embed|form|input|base|meta|link|video|audio)/i);
    expect(html).not.toMatch(/\son\w+\s*=/i);
    expect(html).not.toMatch(/javascript:|data:text/i);
  });
});

describe("nothing is loaded unasked", () => {
  it("remote pictures are counted and taken out; asked for, they come back", () => {
    const mail = '<img src="https://t.example/a.gif"><img src="//t.example/b.gif" srcset="https://t.example/c.gif 2x"><td background="http://t.example/d.png">';
    const blocked = sanitizeMail(`<table><tr>${mail}</tr></table>`, strict);
    expect(blocked.remote).toBe(3);
    expect(blocked.html).not.toMatch(/t\.example/);
    expect(clean('<img src="https://t.example/a.gif">', true)).toContain('src="https://t.example/a.gif"');
    expect(clean('<img srcset="https://t.example/c.gif 2x">', true)).not.toContain("srcset");
  });
  it("style sheets are counted; imports are taken out even when pictures are allowed", () => {
    const mail = sanitizeMail('<style>@import "https://t.example/x.css"; p{background:url(https://t.example/y.png)}</style><p>x</p>', { ...strict, allowRemote: true });
    expect(mail.remote).toBe(2);
    expect(mail.html).not.toContain("@import");
  });
  it("the frame's own policy is the wall behind all this", () => {
    expect(framePolicy(false)).toBe("default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src 'none'; form-action 'none'; base-uri 'none'; upgrade-insecure-requests");
    expect(framePolicy(true)).toContain("img-src data: https:");
    for (const policy of [framePolicy(false), framePolicy(true)]) expect(policy).not.toMatch(/script-src|connect-src|frame-src/);
    expect(frameDocument("<p>x</p>", false)).toContain(`content="${framePolicy(false)}"`);
  });
});

it("pictures of the message itself are put in as data; SVG is not", () => {
  const inline = new Map([["logo@x", "data:image/png;base64,AAAA"]]);
  expect(sanitizeMail('<img src="cid:logo@x"><img src="cid:other">', { allowRemote: false, inline }).html).toBe('<img src="data:image/png;base64,AAAA"><img>');
  expect(clean('<img src="data:image/svg+xml;base64,AAAA">')).toBe("<img>");
});
it("links open outside, without a word about where they were", () => {
  expect(clean('<a href="https://x.example" target="_top">x</a>')).toContain('target="_blank" rel="noopener noreferrer nofollow"');
  expect(clean('<a href="/api/v1/session">x</a>')).not.toContain("href");
});
it("ordinary mail keeps its look", () => {
  const mail = '<table width="600" bgcolor="#ffffff"><tbody><tr><td align="center" style="color: red;"><b>Hi</b></td></tr></tbody></table>';
  expect(clean(mail)).toBe(mail);
});
it("what is pasted into our editor is text with simple marks", () => {
  expect(sanitizeWritten('<p style="x" onclick="a()">a <b>b</b><img src=x onerror=a()><script>1</script></p>')).toBe("<p>a <b>b</b></p>");
  expect(textToHtml('<a href="x">\n&')).toBe("&lt;a href=&quot;x&quot;&gt;<br>&amp;");
});
