import { spawnSync } from 'node:child_process';
import { chown, chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDirUnusable } from './errors';
import { startEmbeddedPostgres } from './embedded-postgres';
import { OtherProcess } from './testing/other-process';

const NOBODY = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;

/** Another user can only be tried by root, and only where that user can get at Node and at this repository. */
const read = `require('fs').readFileSync(${JSON.stringify(__filename)})`;
const canBeNobody = isRoot && spawnSync(process.execPath, ['-e', read], { cwd: '/', ...NOBODY }).status === 0;
const hasNamespaces = isRoot && spawnSync('unshare', ['--user', '--map-user=65534', 'true']).status === 0;

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evenhand-account-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const startThere = (dataDir: string): string =>
  `const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} });
   tell({ pid: server.pid }); await told(); await server.stop(); tell({});`;

(canBeNobody ? describe : describe.skip)('an ordinary user', () => {
  it('starts and stops a server of his own', async () => {
    await chown(directory, NOBODY.uid, NOBODY.gid);
    const user = new OtherProcess(startThere(join(directory, 'data')), NOBODY);
    const { pid } = await user.hear<{ pid: number }>();
    expect((await stat(`/proc/${pid}`)).uid).toBe(NOBODY.uid);
    user.goOn();
    expect(await user.hear()).toEqual({});
  });

  it('is told which directory he cannot write to, and how to mend it', async () => {
    await chmod(directory, 0o755);
    const user = new OtherProcess(startThere(join(directory, 'data')), NOBODY);
    const { error, message } = await user.hear();
    expect(error).toBe('DataDirUnusable');
    expect(message).toContain(join(directory, 'data'));
    expect(message).toMatch(/EACCES.*chown.*EVENHAND_DATA_DIR/s);
  });

  it('is told whose the database is when root has made it', async () => {
    await (await startEmbeddedPostgres({ dataDir: directory })).stop();
    await chown(directory, 1, 1);
    await chown(join(directory, 'locks'), 1, 1);
    const user = new OtherProcess(startThere(directory), { uid: 1, gid: 1 });
    const { error, message } = await user.hear();
    expect(error).toBe('DataDirUnusable');
    expect(message).toContain(`sudo chown -R 1 ${directory}`);
  });
});

(isRoot ? describe : describe.skip)('root', () => {
  it('runs the server as an ordinary user', async () => {
    const server = await startEmbeddedPostgres({ dataDir: directory });
    expect((await stat(`/proc/${server.pid}`)).uid).not.toBe(0);
    await server.stop();
  });

  it('runs the server below a directory that others cannot enter, or says which one that is', async () => {
    const closed = join(directory, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const dataDir = join(closed, 'data');
    if (hasNamespaces) {
      const server = await startEmbeddedPostgres({ dataDir });
      await server.stop();
    } else {
      const refused = startEmbeddedPostgres({ dataDir });
      await expect(refused).rejects.toBeInstanceOf(DataDirUnusable);
      await expect(refused).rejects.toThrow(`chmod o+x ${directory}`);
    }
  });
});
