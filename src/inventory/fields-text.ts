import type { Attributes } from './define.ts';

/**
 * The fields of a resource as JSON text. Most are only written to the database: they are never read, and of an object of
 * them only what somebody asks for is made.
 */
export class FieldsText {
  /** `"name":value,` one after the other. */
  readonly #text: string;
  readonly #names: readonly string[];
  /** Where each ends in the text, with its comma. */
  readonly #ends: readonly number[];

  constructor(text: string, { names, ends }: { names: readonly string[]; ends: readonly number[] }) {
    this.#text = text;
    this.#names = names;
    this.#ends = ends;
  }

  get json(): string {
    return `{${this.#text.slice(0, -1)}}`;
  }

  /** Undefined for a field that there is not. */
  read(name: string): unknown {
    const index = this.#names.indexOf(name);
    if (index < 0) return undefined;
    const start = this.#start(index) + name.length + '"":'.length;
    const value = this.#text.slice(start, (this.#ends[index] ?? 0) - 1);
    // Most are such texts.
    return value.startsWith('"') && !value.includes('\\') ? value.slice(1, -1) : JSON.parse(value);
  }

  readAll(): Attributes {
    return JSON.parse(this.json);
  }

  /** Without those that are left out, and with `added`, instead of fields of the same names. */
  changed({ leftOut, added }: { leftOut: readonly string[]; added: Attributes }): FieldsText {
    const names: string[] = [];
    const ends: number[] = [];
    let text = '';
    let from = 0;
    for (const [index, name] of this.#names.entries()) {
      const end = this.#ends[index] ?? 0;
      if (leftOut.includes(name) || name in added) {
        text += this.#text.slice(from, this.#start(index));
        from = end;
      } else {
        names.push(name);
        ends.push(text.length + end - from);
      }
    }
    text += this.#text.slice(from);
    for (const [name, value] of Object.entries(added)) {
      text += `"${name}":${JSON.stringify(value)},`;
      names.push(name);
      ends.push(text.length);
    }
    return new FieldsText(text, { names, ends });
  }

  toJSON(): Attributes {
    return this.readAll();
  }

  #start(index: number): number {
    return index === 0 ? 0 : (this.#ends[index - 1] ?? 0);
  }
}

/** Fields as an object, whichever they are. */
export function readFields(fields: Attributes | FieldsText): Attributes {
  return fields instanceof FieldsText ? fields.readAll() : fields;
}
