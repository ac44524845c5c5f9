import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Bytes kept in a file without a name, outside of the process's memory: the system keeps in RAM what there is room for. Once
 * it is full, the oldest are overwritten.
 */
export interface Scratch {
  /** Tells where they are, to be read by. */
  keep(bytes: Uint8Array): number;
  /** Fills `out` with what was kept at a place; false if it has been overwritten since. */
  read(place: number, out: Uint8Array): boolean;
  /** Until all is on the disk: so that it is not written there in the middle of something that is measured. */
  settle(): void;
}

export function openScratch(bytesMax: number): Scratch {
  const file = openNameless();
  // Counts on and on; a place in the file is what is left of it when divided by the file's size.
  let end = 0;
  return {
    keep(bytes) {
      const place = (end % bytesMax) + bytes.length > bytesMax ? end + bytesMax - (end % bytesMax) : end;
      fs.writeSync(file, bytes, 0, bytes.length, place % bytesMax);
      end = place + bytes.length;
      return place;
    },
    read(place, out) {
      if (end - place > bytesMax) return false;
      return fs.readSync(file, out, 0, out.length, place % bytesMax) === out.length;
    },
    settle: () => fs.fdatasyncSync(file),
  };
}

function openNameless(): number {
  const directory = fs.mkdtempSync(path.join(tmpdir(), 'simulated-aws-'));
  const name = path.join(directory, 'scratch');
  const file = fs.openSync(name, 'w+', 0o600);
  // It lives on until it is closed, at the latest by the end of the process.
  fs.rmSync(directory, { recursive: true });
  return file;
}
