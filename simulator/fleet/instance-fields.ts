import { addressNumber } from '../world/network.ts';
import type { SimulatedInstance } from '../world/world.ts';
import { isoTime, writeAddress, writeGroup, writeHex, writeNumber, writeText } from './bytes.ts';
import { mix } from './hash.ts';
import type { FleetNetwork } from './network.ts';
import type { Slot } from './slot.ts';
import type { Field } from './template.ts';

/** What the fields of an instance are filled from. */
export interface InstanceFilling {
  slot: Slot;
  accountId: string;
  network: FleetNetwork;
  /** How often the templates have been gone through before this slot, within its network. */
  round: number;
  /** When it was launched: ISO-8601. */
  launchedAt: string;
}

/** What stands in the examples for what each instance has of its own. */
export const EXAMPLE = {
  accountId: '987654321098',
  launchedAt: '1999-01-02T03:04:05.000Z',
  stoppedAt: '1999-06-07T08:09:10.000Z',
  nameNumber: 'NNNNNN',
  revision: 'RRRRRRRR',
} as const;

type Values = Map<string, Field<InstanceFilling>>;

/** The values of an example instance that differ between instances, each with what is written instead. */
export function fieldsOf(
  instance: SimulatedInstance,
  example: { network: FleetNetwork; addressesUsed: readonly number[] },
): Values {
  const values: Values = new Map();
  values.set(EXAMPLE.accountId, (out, at, { accountId }) => writeText(out, at, accountId));
  values.set(EXAMPLE.launchedAt, (out, at, { launchedAt }) => writeText(out, at, launchedAt));
  const since = EXAMPLE.stoppedAt.slice(0, 19).replace('T', ' ');
  values.set(since, (out, at, { slot }) => {
    return writeText(out, at, isoTime(slot.sinceMs).slice(0, 19).replace('T', ' '));
  });
  values.set(EXAMPLE.nameNumber, (out, at, { slot }) => writeNumber(out, at, slot.number + 1));
  values.set(EXAMPLE.revision, (out, at, { slot }) => writeHex(out, at, mix(slot.hash[0] ^ slot.revision), 8));
  addIds(values, instance);
  addNetwork(values, instance, example);
  return values;
}

/** Ids out of random digits: all the same but for the number of the field. */
function addIds(values: Values, instance: SimulatedInstance): void {
  const { InstanceId, reservationId, ClientToken = '', SpotInstanceRequestId, NetworkInterfaces = [] } = instance;
  const volumes = (instance.BlockDeviceMappings ?? []).map(({ Ebs }) => Ebs?.VolumeId);
  const interfaces = NetworkInterfaces.flatMap(nic => [nic.NetworkInterfaceId, nic.Attachment?.AttachmentId]);
  [InstanceId, reservationId, ...interfaces, ...volumes].forEach((id, number) => {
    // Seventeen digits, the first of which is always 0.
    if (id !== undefined) values.set(id.slice(-16), (out, at, { slot }) => writeId(out, at, slot, number));
  });
  values.set(ClientToken, (out, at, { slot }) => writeToken(out, at, slot));
  if (SpotInstanceRequestId !== undefined) {
    values.set(SpotInstanceRequestId.slice(-8), (out, at, { slot }) =>
      writeHex(out, at, mix(slot.hash[1] ^ 0x5107), 8),
    );
  }
  for (const { MacAddress } of NetworkInterfaces) {
    if (MacAddress === undefined) continue;
    values.set(MacAddress.slice(2), (out, at, { slot }) => writeMac(out, at, slot));
  }
}

/** The ID of the instance in a slot. */
export function instanceIdOf(slot: Slot): string {
  const out = Buffer.alloc(16);
  writeId(out, 0, slot, INSTANCE_ID);
  return `i-0${out.toString('latin1')}`;
}

/** It is the first of the ids that are numbered in `addIds`. */
const INSTANCE_ID = 0;

function writeId(out: Buffer, at: number, { hash }: Slot, number: number): number {
  const middle = writeHex(out, at, mix(hash[0] + Math.imul(number, 0x9e3779b1)), 8);
  return writeHex(out, middle, mix(hash[1] ^ Math.imul(number + 1, 0x85ebca77)), 8);
}

/** A random UUID’s form. */
function writeToken(out: Buffer, at: number, { hash }: Slot): number {
  const [first, second, third] = [mix(hash[0] ^ 0x7061), mix(hash[1] ^ 0x7062), mix(hash[0] ^ hash[1])];
  let end = writeHex(out, at, first, 8);
  end = writeHex(out, writeText(out, end, '-'), second, 4);
  end = writeHex(out, writeText(out, end, '-4'), second << 16, 3);
  end = writeHex(out, writeText(out, end, '-a'), third, 3);
  end = writeHex(out, writeText(out, end, '-'), mix(third), 8);
  return writeHex(out, end, mix(second), 4);
}

function writeMac(out: Buffer, at: number, { hash }: Slot): number {
  let end = at;
  for (let byte = 0; byte < 5; byte += 1) {
    end = writeHex(out, writeText(out, end, ':'), mix(hash[1] + byte + 0x3ac), 2);
  }
  return end;
}

function addNetwork(
  values: Values,
  instance: SimulatedInstance,
  { network, addressesUsed }: { network: FleetNetwork; addressesUsed: readonly number[] },
): void {
  for (const [index, id] of network.ids.entries()) {
    values.set(id, (out, at, filling) => writeText(out, at, filling.network.ids[index] ?? ''));
  }
  for (const [profile, id] of network.profileIds) {
    values.set(id, (out, at, filling) => writeText(out, at, filling.network.profileIds.get(profile) ?? ''));
  }
  const [nic] = instance.NetworkInterfaces ?? [];
  const subnet = network.subnets.findIndex(({ SubnetId }) => SubnetId === nic?.SubnetId);
  for (const { PrivateIpAddress } of nic?.PrivateIpAddresses ?? []) {
    const offset = addressNumber(PrivateIpAddress ?? '') - (network.bases[subnet] ?? 0);
    addAddress(values, PrivateIpAddress, ({ network: { bases }, round }) => {
      return (bases[subnet] ?? 0) + offset + round * (addressesUsed[subnet] ?? 0);
    });
  }
  addAddress(values, nic?.Association?.PublicIp, ({ slot }) => publicAddress(slot));
  for (const { Ipv6Address } of nic?.Ipv6Addresses ?? []) {
    if (Ipv6Address === undefined) continue;
    values.set(Ipv6Address, (out, at, filling) => {
      let end = writeText(out, at, filling.network.ipv6[subnet] ?? '');
      for (let group = 0; group < 4; group += 1) {
        end = writeGroup(out, writeText(out, end, ':'), mix(filling.slot.hash[0] + group + 0x6a));
      }
      return end;
    });
  }
}

/** An address and the form of it that host names have. */
function addAddress(values: Values, address: string | undefined, of: (filling: InstanceFilling) => number): void {
  if (address === undefined) return;
  values.set(address, (out, at, filling) => writeAddress(out, at, of(filling), '.'));
  values.set(address.replaceAll('.', '-'), (out, at, filling) => writeAddress(out, at, of(filling), '-'));
}

/** Out of Amazon's ranges; ends in neither 0 nor 255. */
function publicAddress({ hash }: Slot): number {
  const lot = mix(hash[0] ^ 0x1b);
  const first = [3, 13, 18, 34, 44, 52, 54][lot % 7] ?? 3;
  return first * 2 ** 24 + ((lot >>> 8) & 0xff_ff00) + 1 + (mix(lot) % 254);
}
