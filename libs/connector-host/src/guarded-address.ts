import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv6 } from 'node:net';

/** Never an address of a platform, and dangerous to reach from inside: metadata services, "this host", multicast. */
const NEVER = new BlockList();
/** Of this machine or its own network; reachable only where the operator allows it. */
const PRIVATE = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['192.0.0.0', 24],
] as const)
  NEVER.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [
  ['fe80::', 10],
  ['ff00::', 8],
  ['fd00:ec2::', 32],
  ['::', 128],
] as const)
  NEVER.addSubnet(net, bits, 'ipv6');
for (const [net, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['198.18.0.0', 15],
] as const)
  PRIVATE.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [
  ['::1', 128],
  ['fc00::', 7],
] as const)
  PRIVATE.addSubnet(net, bits, 'ipv6');

/** A host that may not be connected to, in words for the operator. */
export class HostRefused extends Error {
  constructor(host: string, why: string) {
    super(`${host} cannot be used: ${why}`);
    this.name = 'HostRefused';
  }
}

/** A host as it was resolved and checked: connect to `address`, so that a second look-up cannot lead elsewhere. */
export interface GuardedAddress {
  readonly host: string;
  readonly address: string;
  readonly loopback: boolean;
}

/** Checks hosts that an operator (or whoever got that far) names, before anything connects to them. */
export class HostGuard {
  constructor(
    /** Whether loopback and private networks may be reached. */
    private readonly allowPrivate: boolean,
    private readonly resolve: (host: string) => Promise<readonly string[]> = resolveAll,
  ) {}

  /**
   * @throws HostRefused for an address that may not be reached; the resolver's own error (`ENOTFOUND`) for an unknown
   * name. All addresses of a name must be allowed: one bad one is an attempt to get round this.
   */
  async check(host: string): Promise<GuardedAddress> {
    const bare = host.replace(/^\[(.*)\]$/, '$1');
    const addresses = isIP(bare) ? [bare] : await this.resolve(bare);
    const [first] = addresses;
    if (first === undefined) throw new HostRefused(host, 'its name has no address');
    for (const address of addresses) {
      if (inList(NEVER, address))
        throw new HostRefused(host, 'it leads to an address at which there is no server for us');
      if (!this.allowPrivate && inList(PRIVATE, address)) {
        throw new HostRefused(
          host,
          'it is on this machine or in its private network. Set EVENHAND_ALLOW_PRIVATE_HOSTS=on if it is really there',
        );
      }
    }
    return { host: bare, address: first, loopback: isLoopback(first) };
  }
}

function inList(list: BlockList, address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return list.check(mapped, 'ipv4');
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./i.test(address);
}

/** IPv4 first: many servers are named for both and reachable by one. */
async function resolveAll(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, order: 'ipv4first' });
  return found.map(({ address }) => address);
}
