// Holds the answers that the API tests left (one JSON object a line: method, path, status, body) against openapi.yaml.
// usage: node tests/admin/check_answers.mjs FILE     the last line is "N passed, N failed, N skipped"
// The two libraries are those that the web application's type generator brings along.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const require = createRequire(join(root, "web", "package.json"));
const redocly = createRequire(require.resolve("openapi-typescript"));
const core = createRequire(redocly.resolve("@redocly/openapi-core"));
const yaml = core("js-yaml");
const Ajv = core("@redocly/ajv/dist/2020.js").default;

const contract = yaml.load(readFileSync(join(root, "src/admin/openapi.yaml"), "utf8"));
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: "contract", ...contract }, "contract");

const pointer = (...parts) => "contract#/" + parts.map((p) => encodeURIComponent(p.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");

function operationOf(method, path) {
  const wanted = path.split("/");
  const fits = Object.keys(contract.paths).filter((pattern) => {
    const parts = pattern.split("/");
    return parts.length === wanted.length && parts.every((part, i) => part.startsWith("{") || part === wanted[i]);
  });
  // "/emails/outbox" is rather the outbox than an email of that id.
  fits.sort((a, b) => a.split("{").length - b.split("{").length);
  const pattern = fits.find((each) => contract.paths[each][method.toLowerCase()]);
  return pattern && { pattern, operation: contract.paths[pattern][method.toLowerCase()] };
}

let passed = 0;
let failed = 0;
function complain(answer, words) {
  failed += 1;
  console.log(`${answer.method} ${answer.path} ${answer.status}: ${words}`);
}

for (const line of readFileSync(process.argv[2], "utf8").split("\n").filter(Boolean)) {
  const answer = JSON.parse(line);
  const found = operationOf(answer.method, answer.path);
  if (!found) {
    if (answer.status === 404 || answer.status === 405) passed += 1;
    else complain(answer, "no such operation");
    continue;
  }
  const status = String(answer.status);
  let response = found.operation.responses[status];
  const where = ["paths", found.pattern, answer.method.toLowerCase(), "responses", status];
  if (!response) {
    complain(answer, "this status is not in the contract");
    continue;
  }
  let place = where;
  if (response.$ref) {
    place = response.$ref.slice(2).split("/");
    response = contract.components.responses[place.at(-1)];
  }
  const type = Object.keys(response.content ?? {}).find((each) => each.includes("json"));
  if (!type) {
    complain(answer, "the contract has no JSON here");
    continue;
  }
  const validate = ajv.getSchema(pointer(...place, "content", type, "schema"));
  if (validate(answer.body)) passed += 1;
  else complain(answer, ajv.errorsText(validate.errors.slice(0, 4)) + " in " + JSON.stringify(answer.body).slice(0, 300));
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
