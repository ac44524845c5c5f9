import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { zipOf } from './zip.ts';

const at = new Date(2026, 10, 25, 18, 30, 10);

it('lists every file in the directory at its end, with checksum, size, time and place', () => {
  const files = [
    { name: 'all.tf.json', content: '{}\n' },
    { name: 'import/111122223333/Größe.json', content: 'ü'.repeat(5_000) },
    { name: 'empty.txt', content: '' },
  ];
  expect(filesIn(zipOf(files, at))).toEqual(files.map(file => ({ ...file, at: '2026-11-25 18:30:10' })));
});

it('is an archive without files, too', () => {
  expect(filesIn(zipOf([], at))).toEqual([]);
});

/** Reads an archive from its end, as unzip does. */
function filesIn(archive: Uint8Array) {
  const data = Buffer.from(archive);
  const end = data.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  const found: unknown[] = [];
  let next = data.readUInt32LE(end + 16);
  for (let i = 0; i < data.readUInt16LE(end + 10); i++) {
    expect(data.readUInt32LE(next)).toBe(0x02014b50);
    const size = data.readUInt32LE(next + 24);
    const nameLength = data.readUInt16LE(next + 28);
    const name = data.subarray(next + 46, next + 46 + nameLength).toString();
    const local = data.readUInt32LE(next + 42);
    expect(data.readUInt32LE(local)).toBe(0x04034b50);
    expect(data.subarray(local + 30, local + 30 + nameLength).toString()).toBe(name);
    const content = data.subarray(local + 30 + nameLength, local + 30 + nameLength + size);
    expect(data.readUInt32LE(next + 16)).toBe(crc32(content));
    found.push({
      name,
      content: content.toString(),
      at: timeOf(data.readUInt16LE(next + 14), data.readUInt16LE(next + 12)),
    });
    next += 46 + nameLength;
  }
  expect(next).toBe(end);
  return found;
}

function timeOf(date: number, time: number): string {
  const pair = (value: number) => String(value).padStart(2, '0');
  const day = [(date >> 9) + 1980, pair((date >> 5) & 15), pair(date & 31)].join('-');
  return `${day} ${[time >> 11, (time >> 5) & 63, (time & 31) * 2].map(pair).join(':')}`;
}
