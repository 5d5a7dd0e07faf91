import { HostGuard } from './guarded-address';

const names: Record<string, string[]> = {
  'mail.example.org': ['203.0.113.7'],
  'inside.example.org': ['203.0.113.7', '10.0.0.5'],
  'metadata.example.org': ['169.254.169.254'],
};
const resolve = async (host: string): Promise<string[]> => names[host] ?? [];
const strict = new HostGuard(false, resolve);
const lenient = new HostGuard(true, resolve);

test('a public server is reached at the address that was checked', async () => {
  expect(await strict.check('mail.example.org')).toEqual({
    host: 'mail.example.org',
    address: '203.0.113.7',
    loopback: false,
  });
});

test.each([
  '127.0.0.1',
  '[::1]',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  'fd12::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  'inside.example.org',
])('%s is refused unless private hosts are allowed', async (host) => {
  await expect(strict.check(host)).rejects.toThrow(/private network/);
  await expect(lenient.check(host)).resolves.toBeDefined();
});

test.each([
  '169.254.169.254',
  '0.0.0.0',
  '[::]',
  '224.0.0.1',
  '255.255.255.255',
  'fe80::1',
  'fd00:ec2::254',
  'ff02::1',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  'metadata.example.org',
])('%s is refused always', async (host) => {
  await expect(lenient.check(host)).rejects.toThrow(/no server for us/);
});

test('a name without an address is told as such', async () => {
  await expect(lenient.check('nowhere.example.org')).rejects.toThrow(/no address/);
});
