import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
for (const name of ['record-1', 'report-1', 'end-1']) {
  ajv.addSchema(JSON.parse(readFileSync(new URL(`../../schema/${name}.json`, import.meta.url), 'utf8')));
}

/** What a schema that ships has against a value; empty when nothing. */
export function complaints(schema: 'record' | 'report' | 'end', value: unknown): string[] {
  const validate = ajv.getSchema(`urn:pstore-decode:${schema}:1`);
  if (validate === undefined) throw new Error(`no schema ${schema}`);
  validate(value);
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}
