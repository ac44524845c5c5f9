import dns from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * Keeps alerts away from what only this machine can reach: itself, its network link, a cloud's metadata service. Names are
 * judged by the addresses that they lead to, in the look-up that the connection is made with, so a name that leads
 * elsewhere from one moment to the next gets through no better. Private networks are allowed: receivers are often there.
 */
export interface Guard {
  /** For whatever opens a connection; fails with an AddressNotAllowed. */
  readonly lookup: LookupFunction;
  /** Throws an AddressNotAllowed for an address that is given as such, which is never looked up. */
  check(host: string): void;
}

export class AddressNotAllowed extends Error {
  constructor(host: string) {
    super(`${host} is an address that alerts may not be sent to`);
    this.name = 'AddressNotAllowed';
  }
}

/** @param networks addresses and networks (with a prefix) that an administrator of the deployment allows all the same */
export function createGuard(networks: readonly string[]): Guard {
  const allowed = new BlockList();
  for (const network of networks) addTo(allowed, network);
  const own = new BlockList();
  for (const { address } of Object.values(networkInterfaces()).flatMap(one => one ?? [])) addTo(own, address);
  const mayReach = (address: string) =>
    contains(allowed, address) || !(contains(FORBIDDEN, address) || contains(own, address));
  return {
    lookup(host, options, callback) {
      dns.lookup(host, { ...options, all: true }, (error, addresses) => {
        const [first] = addresses ?? [];
        if (error) callback(error, '');
        else if (!first || !addresses.every(({ address }) => mayReach(address)))
          callback(new AddressNotAllowed(host), '');
        else if (options.all) callback(null, addresses);
        else callback(null, first.address, first.family);
      });
    },
    check(host) {
      const address = host.replace(/^\[(.*)\]$/, '$1');
      if (isIP(address) !== 0 && !mayReach(address)) throw new AddressNotAllowed(host);
    },
  };
}

const FORBIDDEN = new BlockList();
for (const network of [
  // RFC 6890: this host, loopback, link-local (most metadata services), multicast, reserved and broadcast
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Metadata and host services of clouds outside of link-local: Alibaba, Azure, Oracle, and AWS and Google over IPv6
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  'fd00:ec2::/32',
  'fd20:ce::254',
  // RFC 4291: unspecified, loopback and IPv4-compatible, link-local, site-local, multicast
  '::/96',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  // An IPv4 address inside of one of IPv6 (RFC 6052, RFC 2765, RFC 3056, RFC 4380): the one inside could be any of the above
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '::ffff:0:0:0/96',
  '2002::/16',
  '2001::/32',
]) {
  addTo(FORBIDDEN, network);
}

function addTo(list: BlockList, network: string): void {
  const [address = '', prefix] = network.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (prefix === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(prefix), family);
}

/** Of an IPv4 address written as one of IPv6, the list knows by itself. */
function contains(list: BlockList, address: string): boolean {
  const [plain = ''] = address.split('%');
  return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}
