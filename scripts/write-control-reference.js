import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { eventShapes } from '../src/http/control/event-shapes.ts';
import { errorShape, operations } from '../src/http/control/operations.ts';

/**
 * Writes the reference in `docs/CONTROL.md` from the schema: every operation, event and field. Run it with `node scripts/write-control-reference.js` when the
 * schema has changed; with `--check` it only says whether that was done.
 */
const target = new URL('../docs/CONTROL.md', import.meta.url);
const start = '<!-- From here on written by scripts/write-control-reference.js. -->\n';

const shapes = new Map();
const operationParts = Object.values(operations).map(operationSection);
const eventParts = Object.entries(eventShapes).map(eventSection);
const reference = [
  '## Operations',
  'Every field that is not marked *optional* is there. Ids are whole numbers; times are Unix time in milliseconds.',
  ...operationParts,
  '## Errors',
  fieldTable(schemaOf(errorShape).properties.error),
  '## Events',
  ...eventParts,
  '## Shapes',
  ...[...shapes]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, shape]) => `### ${name}\n\n${fieldTable(shape)}`),
].join('\n\n');

const before = readFileSync(target, 'utf8');
const [text] = before.split(start);
const after = `${text}${start}\n${reference}\n`;
if (process.argv.includes('--check')) process.exitCode = after === before ? 0 : 1;
else writeFileSync(target, after);

function operationSection({ method, path, summary, input, output }) {
  const [sent, answer] = [schemaOf(input), schemaOf(output)];
  const parts = [`### ${method} ${path}`, summary];
  if (Object.keys(sent.properties).length > 0) {
    parts.push(method === 'GET' ? 'In the query:' : 'Sent:', fieldTable(sent));
  }
  parts.push('Answer:', answer.$ref === undefined ? fieldTable(answer) : `${typeOf(answer)}.`);
  return parts.join('\n\n');
}

function eventSection([name, shape]) {
  const schema = schemaOf(shape);
  const { event: _event, v: _v, cursor, ...properties } = schema.properties;
  const place = cursor === undefined ? ' Has no `cursor`.' : '';
  const table = Object.keys(properties).length === 0 ? [] : [fieldTable({ ...schema, properties })];
  return [`### Event \`${name}\``, `${schema.description}${place}`, ...table].join('\n\n');
}

/** JSON Schema of what is sent or answered; shapes with a name are kept apart. */
function schemaOf(shape) {
  const schema = z.toJSONSchema(shape, { io: 'input' });
  for (const [name, part] of Object.entries(schema.$defs ?? {})) shapes.set(name, part);
  const { id } = z.globalRegistry.get(shape) ?? {};
  if (id === undefined) return schema;
  if (!shapes.has(id)) shapes.set(id, schema);
  return { $ref: `#/$defs/${id}`, properties: {} };
}

function fieldTable({ properties, required = [] }) {
  const rows = rowsOf('', properties, required);
  return ['| Field | Type | What |', '|---|---|---|', ...rows].join('\n');
}

/** Fields of objects that have no name of their own stand under their path. */
function rowsOf(prefix, properties, required) {
  return Object.entries(properties).flatMap(([name, field]) => {
    const optional = required.includes(name) ? '' : ', *optional*';
    const row = `| \`${prefix}${name}\` | ${typeOf(field)}${optional} | ${field.description ?? ''} |`;
    const inner = field.type === 'array' ? field.items : field;
    const path = `${prefix}${name}${field.type === 'array' ? '[]' : ''}.`;
    return [row, ...(inner.properties === undefined ? [] : rowsOf(path, inner.properties, inner.required))];
  });
}

function typeOf(field) {
  const reference = field.$ref ?? field.allOf?.[0]?.$ref;
  if (reference !== undefined) {
    const name = reference.split('/').at(-1);
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (field.enum !== undefined) return field.enum.map((value) => `\`${value}\``).join(', ');
  if (field.const !== undefined) return `\`${field.const}\``;
  if (field.type === 'array') return `list of ${typeOf(field.items)}`;
  return field.type;
}
