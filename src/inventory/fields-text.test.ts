import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Attributes } from './define.ts';
import { FieldsText, readFields } from './fields-text.ts';

/** As the reader of EC2's answers writes it. */
function textOf(fields: Attributes): FieldsText {
  const names = Object.keys(fields);
  const ends: number[] = [];
  let text = '';
  for (const name of names) {
    text += `"${name}":${JSON.stringify(fields[name])},`;
    ends.push(text.length);
  }
  return new FieldsText(text, { names, ends });
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
