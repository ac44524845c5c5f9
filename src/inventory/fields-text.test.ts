import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tagsOf, valuesAt } from './attributes.ts';
import type { Attributes } from './define.ts';
import { FieldsText, numberOfName, readFields, Sheet } from './fields-text.ts';

/** As the reader of EC2's answers writes it. */
function textOf(fields: Attributes): FieldsText {
  const names = Object.keys(fields);
  const sheet = new Sheet();
  // Not the first on its sheet.
  const start = sheet.bytes.write('"another":1,');
  sheet.note(numberOfName('vpcId'), start);
  let end = start;
  for (const name of names) {
    end += sheet.bytes.write(`"${name}":${JSON.stringify(fields[name])},`, end);
    sheet.note(numberOfName(name), end);
  }
  return new FieldsText(sheet, { start, first: 1, behind: sheet.count });
}

const FIELDS = fc.dictionary(fc.constantFrom('vpcId', 'state', 'tags', 'ownerId', 'cidr'), fc.jsonValue(), {
  noNullPrototype: true,
});

test('fields as text are the same fields, all of them and each', () => {
  fc.assert(
    fc.property(FIELDS, fields => {
      const asJson = JSON.parse(JSON.stringify(fields));
      const text = textOf(fields);
      expect(readFields(text)).toEqual(asJson);
      expect(JSON.parse(JSON.stringify({ text }))).toEqual({ text: asJson });
      for (const name of ['vpcId', 'state', 'none']) expect(text.read(name)).toEqual(asJson[name]);
    }),
  );
});

test('what is at a path is the same in the text as in the fields, whatever stands beside it', () => {
  // Few names, so that paths lead somewhere, and texts that look like JSON.
  const { value } = fc.letrec<{ value: unknown }>(tie => ({
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      fc.constantFrom(
        '',
        'text',
        'größe',
        '"',
        '\\',
        '{"a":"b"},',
        ']}',
        'x\u0000\n',
        0,
        -1.5,
        1e21,
        true,
        false,
        null,
      ),
      fc.dictionary(fc.constantFrom('a', 'b', 'ab', 'ä"'), tie('value'), { noNullPrototype: true, maxKeys: 3 }),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
  }));
  const fields = fc.dictionary(fc.constantFrom('a', 'b', 'ab'), value, { noNullPrototype: true });
  const path = fc.array(fc.constantFrom('a', 'b', 'ab', 'a[]', 'b[]'), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fields, fields, path, (written, added, steps) => {
      const text = textOf(written).but({ leftOut: ['ab'], added });
      expect(valuesAt(text, steps.join('.'))).toEqual(valuesAt(JSON.parse(text.json), steps.join('.')));
    }),
    { numRuns: 1_000 },
  );
});

test('what is left out is not there, and what is added is, whatever there was of that name', () => {
  fc.assert(
    fc.property(
      FIELDS,
      FIELDS,
      fc.uniqueArray(fc.constantFrom<string[]>('vpcId', 'tags', 'none')),
      (fields, added, leftOut) => {
        const left = Object.entries(fields).filter(([name]) => !leftOut.includes(name));
        const wanted = JSON.parse(JSON.stringify({ ...Object.fromEntries(left), ...added }));
        const text = textOf(fields).but({ leftOut, added });
        expect(JSON.parse(text.json)).toEqual(wanted);
        for (const name of ['vpcId', 'tags', 'cidr', 'none']) expect(text.read(name)).toEqual(wanted[name]);
      },
    ),
  );
});

// Around the longest that is kept for the next time, and many that differ in a letter.
const TEXT = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 60, maxLength: 68 }),
  fc.constantFrom('', '"', '\\', 'größe', '},{', '__proto__', 'x\u0000\n'),
);

test('a text is itself, whichever came before it', () => {
  fc.assert(
    fc.property(fc.array(TEXT, { maxLength: 40 }), texts => {
      const fields = texts.map(vpcId => textOf({ vpcId }));
      expect(fields.map(field => field.read('vpcId'))).toEqual(texts);
    }),
    { numRuns: 300 },
  );
});

test('tags are those that the list of them says, whatever stands in them', () => {
  const tag = fc.record({ key: TEXT, value: TEXT, other: fc.jsonValue() }, { requiredKeys: [], noNullPrototype: true });
  fc.assert(
    fc.property(fc.array(tag, { maxLength: 5 }), tags => {
      const wanted = tagsOf(tags.map(({ key: Key, value: Value }) => ({ Key, Value })));
      const read = textOf({ vpcId: 'vpc-1', tags }).readTags('tags');
      expect(Object.entries(read ?? {})).toEqual(Object.entries(wanted));
      expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    }),
    { numRuns: 500 },
  );
  expect(textOf({ vpcId: 'vpc-1' }).readTags('tags')).toBeUndefined();
});

test('fields that do not fit on a sheet have it grow, and are the same; once it is given back nobody reads it', () => {
  const sheet = new Sheet();
  const text = `"name":"${'größe '.repeat(20)}",`;
  const bytes = Buffer.byteLength(text);
  const all: FieldsText[] = [];
  for (let start = 0, to = sheet.bytes; start < 200_000; start += bytes) {
    if (start + bytes > to.length) to = sheet.grow(bytes);
    to.write(text, start);
    sheet.note(numberOfName('name'), start + bytes);
    all.push(new FieldsText(sheet, { start, first: all.length, behind: all.length + 1 }));
  }
  expect(new Set(all.map(({ json }) => json))).toEqual(new Set([`{${text.slice(0, -1)}}`]));
  sheet.giveBack();
  expect(() => all[0]?.read('name')).toThrow('given back');
  expect(() => all[0]?.json).toThrow('given back');
});
