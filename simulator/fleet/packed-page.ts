import { createLru, type Lru } from '../lru.ts';
import { type PackedPart, packedPart, packedPartElsewhere } from '../wire/gzip.ts';
import type { Layout } from '../wire/rendered.ts';
import type { Fleet, FleetScope } from './fleet.ts';
import { mix } from './hash.ts';
import type { InstanceTemplates } from './instance-templates.ts';
import { renderSlots } from './page.ts';
import { openScratch, type Scratch } from './scratch.ts';
import { type Slot, slotOf } from './slot.ts';

/** Instances of a part. When one of them changes, the part is compressed anew, so it is not made much larger than it must. */
const SLOTS_PER_PART = 20;

/** Instances in front of a part that it refers to: about as much as deflate can reach back. */
const SLOTS_BEFORE = 4;

/** Parts that are remembered. */
const PARTS_MAX = 100_000;

/** What they take on the disk at most: the instances of a million or so. */
const SCRATCH_BYTES_MAX = 512 * 1024 * 1024;

/** Instances of a scope in an epoch, as an answer has them. */
export interface SlotRange {
  scope: FleetScope;
  templates: readonly InstanceTemplates[];
  layout: Layout;
  from: number;
  to: number;
  epoch: number;
}

/**
 * The same as `renderSlots`, compressed, in parts that are kept: a page that was asked for before is only read, and one of
 * which 1 % has changed is compressed by a quarter.
 */
export function* packSlots(range: SlotRange): Iterable<PackedPart> {
  for (const place of placesOf(range)) {
    const kept = read(place);
    if (kept) yield kept;
    else {
      const { text, before } = textsOf(place);
      const made = packedPart(text, before);
      keep(place, made);
      yield made;
    }
  }
}

/** Makes and keeps what is not kept of ranges that will be asked for; several at a time, on other threads. */
export async function packAhead(ranges: Iterable<SlotRange>): Promise<{ made: number; kept: number }> {
  const count = { made: 0, kept: 0 };
  const places = (function* () {
    for (const range of ranges) yield* placesOf(range);
  })();
  const takePlaces = async () => {
    for (const place of places) {
      if (read(place)) count.kept += 1;
      else {
        const { text, before } = textsOf(place);
        keep(place, await packedPartElsewhere(text, before));
        count.made += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: THREADS }, takePlaces));
  opened?.settle();
  return count;
}

/** As many as Node has for such work. */
const THREADS = 4;

/** The slots of a part from `first` up to `end`, and those from `before` on that it refers to. */
interface PartPlace {
  range: SlotRange;
  before: number;
  first: number;
  end: number;
}

function* placesOf(range: SlotRange): Iterable<PartPlace> {
  const { from, to } = range;
  for (let first = from; first < to; ) {
    const end = Math.min(to, first - (first % SLOTS_PER_PART) + SLOTS_PER_PART);
    // The first part of a page has nothing to refer to.
    yield { range, before: Math.max(from, first - SLOTS_BEFORE), first, end };
    first = end;
  }
}

interface KeptPart extends Pick<PackedPart, 'bytes' | 'crc'> {
  /** The last epoch for which it was asked. */
  epoch: number;
  /** Out of all that its slots are: another one when they have changed. */
  version: number;
  scratchPlace: number;
  packedBytes: number;
}

/** What is kept of a part, if it is as in the epoch. */
function read(place: PartPlace): PackedPart | undefined {
  const { scope, epoch } = place.range;
  const kept = partsOfFleet(scope.fleet).peek(keyOf(place));
  if (!kept || (kept.epoch !== epoch && kept.version !== versionOf(place))) return undefined;
  kept.epoch = epoch;
  const packed = Buffer.allocUnsafe(kept.packedBytes);
  return scratch().read(kept.scratchPlace, packed) ? { packed, bytes: kept.bytes, crc: kept.crc } : undefined;
}

function keep(place: PartPlace, { packed, bytes, crc }: PackedPart): void {
  const { scope, epoch } = place.range;
  const where = { scratchPlace: scratch().keep(packed), packedBytes: packed.length };
  partsOfFleet(scope.fleet).set(keyOf(place), { epoch, version: versionOf(place), ...where, bytes, crc });
}

function keyOf({ range: { scope, layout }, before, first, end }: PartPlace): string {
  return `${layout}/${scope.accountId}/${scope.region}/${before}/${first}/${end}`;
}

/** The text of a part and of what it refers to. */
function textsOf({ range, before, first, end }: PartPlace): { text: Buffer; before: Buffer } {
  const textOf = (from: number, to: number) => {
    const pieces = Array.from(renderSlots({ ...range, from, to }), piece => Buffer.from(piece));
    return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
  };
  return { text: textOf(first, end), before: before < first ? textOf(before, first) : NOTHING };
}

const NOTHING = Buffer.alloc(0);

function versionOf({ range: { scope, epoch }, before, end }: PartPlace): number {
  let version = 0;
  for (let number = before; number < end; number += 1) {
    const { hash, state, revision, sinceMs } = slotOf(scope, number, epoch);
    version = mix(version ^ mix(hash[0] + mix(STATES.indexOf(state) + mix(revision + mix(sinceMs / 1_000)))));
  }
  return version;
}

const STATES: readonly Slot['state'][] = ['as-made', 'changed', 'terminated'];

let opened: Scratch | undefined;

/** One for all fleets of the process, opened with the first part. */
function scratch(): Scratch {
  opened ??= openScratch(SCRATCH_BYTES_MAX);
  return opened;
}

const parts = new WeakMap<Fleet, Lru<KeptPart>>();

function partsOfFleet(fleet: Fleet): Lru<KeptPart> {
  const known = parts.get(fleet);
  if (known) return known;
  const made = createLru<KeptPart>(PARTS_MAX);
  parts.set(fleet, made);
  return made;
}
