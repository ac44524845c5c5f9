import type { Attributes } from './define.ts';

/**
 * The fields of a resource as JSON text. Most are only written to the database: they are never read, and of an object of
 * them only what somebody asks for is made.
 */
export class FieldsText {
  /** `"name":value,` one after the other. */
  readonly #text: string;
  readonly #places: Places;
  readonly #leftOut: readonly string[];
  readonly #added: Attributes;

  constructor(text: string, places: Places, { leftOut, added }: Difference = UNCHANGED) {
    this.#text = text;
    this.#places = places;
    this.#leftOut = leftOut;
    this.#added = added;
  }

  /** These fields without some, and with others besides or, where they have the same name, in their place. */
  but({ leftOut, added }: Difference): FieldsText {
    // A copy: texts that were cut out of an answer would keep the whole of it in memory.
    return new FieldsText(this.#text, this.#places, { leftOut, added: JSON.parse(JSON.stringify(added)) });
  }

  get json(): string {
    const { names, ends } = this.#places;
    const gone = [...this.#leftOut, ...Object.keys(this.#added)].map(name => names.indexOf(name));
    let text = '';
    let from = 0;
    for (const index of gone.filter(index => index >= 0).sort((a, b) => a - b)) {
      text += this.#text.slice(from, ends[index - 1] ?? 0);
      from = ends[index] ?? 0;
    }
    text += this.#text.slice(from);
    for (const [name, value] of Object.entries(this.#added)) text += `"${name}":${JSON.stringify(value)},`;
    return `{${text.slice(0, -1)}}`;
  }

  /** Undefined for a field that there is not. */
  read(name: string): unknown {
    if (Object.hasOwn(this.#added, name)) return this.#added[name];
    const { names, ends } = this.#places;
    const index = names.indexOf(name);
    if (index < 0 || this.#leftOut.includes(name)) return undefined;
    const start = (ends[index - 1] ?? 0) + name.length + '"":'.length;
    // Not even a text is just cut out: it would keep all of this one in memory.
    return JSON.parse(this.#text.slice(start, (ends[index] ?? 0) - 1));
  }

  readAll(): Attributes {
    return JSON.parse(this.json);
  }

  toJSON(): Attributes {
    return this.readAll();
  }
}

interface Places {
  readonly names: readonly string[];
  /** Where each field ends in the text, with its comma. */
  readonly ends: readonly number[];
}

interface Difference {
  readonly leftOut: readonly string[];
  readonly added: Attributes;
}

const UNCHANGED: Difference = { leftOut: [], added: {} };

/** Fields as an object, whichever they are. */
export function readFields(fields: Attributes | FieldsText): Attributes {
  return fields instanceof FieldsText ? fields.readAll() : fields;
}
