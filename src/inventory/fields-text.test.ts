import fc from 'fast-check';
import { expect, test } from 'vitest';
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
