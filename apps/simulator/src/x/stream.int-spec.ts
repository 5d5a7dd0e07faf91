import type { XEvent } from '../../testing/x-receiver';
import { XStage } from '../../testing/x-stage';

let stage: XStage;
let opened: AbortController[];

beforeEach(async () => {
  stage = await XStage.start({ beatMs: 20 });
  stage.simulator.subscribe({ appId: stage.app.appId, userId: stage.shop, eventTypes: ['dm.received'] });
  opened = [];
});

afterEach(async () => {
  for (const one of opened) one.abort();
  await stage.stop();
});

interface Line {
  data: XEvent;
}

class Listening {
  private text = '';

  constructor(private readonly reader: ReadableStreamDefaultReader<string>) {}

  /** Whole lines with something in them, once there are so many. Ends where the stream does. */
  async lines(count: number): Promise<Line[]> {
    for (;;) {
      const whole = this.text.split('\r\n').slice(0, -1).filter((line) => line !== ''); // prettier-ignore
      if (whole.length >= count) return whole.map((line) => JSON.parse(line) as Line);
      const { value, done } = await this.reader.read();
      if (done) throw new Error(`The stream ended after ${whole.length} of ${count} lines.`);
      this.text += value;
    }
  }

  /** What came until the stream ended or was cut. */
  async end(): Promise<string> {
    try {
      for (;;) {
        const { value, done } = await this.reader.read();
        if (done) return this.text;
        this.text += value;
      }
    } catch {
      return this.text;
    }
  }

  /** Resolves when a line without anything has come. */
  async beat(): Promise<void> {
    const before = this.text.length;
    while (!this.text.slice(before).includes('\r\n')) this.text += (await this.reader.read()).value ?? '';
  }
}

async function listen(query = ''): Promise<Listening> {
  const abort = new AbortController();
  opened.push(abort);
  const response = await fetch(`${stage.origin}/sim/x/api/2/activity/stream${query}`, {
    headers: { authorization: `Bearer ${stage.app.bearerToken}` },
    signal: abort.signal,
  });
  expect(response.status).toBe(200);
  return new Listening(response.body!.pipeThrough(new TextDecoderStream()).getReader());
}

function say(text: string): void {
  stage.simulator.writeDirect({ from: stage.ada, to: stage.shop, text });
}

function textOf(line: Line): string {
  return line.data.payload.direct_message_events[0]!.message_create.message_data.text;
}

describe('the stream of the simulated X', () => {
  it('tells each event in a line, as the webhook does, and is alive while nothing happens', async () => {
    const stream = await listen();
    say('one');
    say('two');
    expect((await stream.lines(2)).map(textOf)).toEqual(['one', 'two']);
    await stream.beat();
  });

  it('gives the last minutes again, or a span of time', async () => {
    say('old');
    stage.clock.advance(6 * 60_000);
    say('missed');
    const stream = await listen('?backfill_minutes=5');
    expect((await stream.lines(1)).map(textOf)).toEqual(['missed']);
    const from = new Date(stage.clock.now().getTime() - 3_600_000).toISOString();
    const to = stage.clock.now().toISOString();
    const span = await listen(`?start_time=${from}&end_time=${to}`);
    const all = (await span.end()).split('\r\n').filter(Boolean);
    expect(all.map((line) => textOf(JSON.parse(line) as Line))).toEqual(['old', 'missed']);
    const wrong = await stage.call('GET', '/2/activity/stream?backfill_minutes=6');
    expect(wrong.status).toBe(400);
  });

  it('takes two connections of an app, with its own token', async () => {
    await listen();
    await listen();
    const third = await stage.call('GET', '/2/activity/stream');
    expect([third.status, third.body.connection_issue]).toEqual([429, 'TooManyConnections']);
    expect((await stage.call('GET', '/2/activity/stream', undefined, stage.shopToken)).status).toBe(403);
  });

  it('says that it ends, is cut in a line, or leaves out an event, when it is told to', async () => {
    const fault = (kind: 'operational-disconnect' | 'stream-cut' | 'stream-lose'): void =>
      stage.simulator.setFaults({ webhooks: [{ kind, often: 1 }] });
    let stream = await listen();
    fault('operational-disconnect');
    say('x');
    expect(await stream.end()).toContain('UpstreamOperationalDisconnect');
    stream = await listen();
    fault('stream-cut');
    say('x');
    const cut = (await stream.end()).trim();
    expect(() => JSON.parse(cut) as unknown).toThrow(SyntaxError);
    stream = await listen();
    fault('stream-lose');
    say('lost');
    say('heard');
    expect((await stream.lines(1)).map(textOf)).toEqual(['heard']);
  });

  it('falls silent when it is told to, without ending', async () => {
    const [quiet, other] = [await listen(), await listen()];
    stage.simulator.setFaults({ webhooks: [{ kind: 'stall', often: 1 }] });
    say('x');
    say('y');
    expect((await other.lines(2)).map(textOf)).toEqual(['x', 'y']);
    await other.beat();
    opened[0]!.abort();
    expect(await quiet.end()).not.toContain('"data"');
    expect(stage.simulator.journal().some((entry) => entry.kind === 'stream' && entry.what === 'stalled')).toBe(true);
  });
});
