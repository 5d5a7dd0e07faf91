import { XApiStage } from '../../../testing/x-api';

let stage: XApiStage;

beforeEach(async () => {
  stage = await XApiStage.open();
});

afterEach(() => stage.stop());

const PNG = Buffer.from('\x89PNG picture', 'latin1');

type Data = { id: string; media_key: string; processing_info?: Record<string, unknown>; expires_after_secs: number };
const dataOf = (answer: { body: Record<string, unknown> }): Data => answer.body['data'] as Data;

function form(fields: Record<string, string>, bytes?: Buffer, mime = 'application/octet-stream'): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  if (bytes) made.append('media', new Blob([new Uint8Array(bytes)], { type: mime }), 'blob');
  return made;
}

const begin = (bytes: number, type = 'video/mp4'): ReturnType<XApiStage['call']> =>
  stage.call('POST', '/2/media/upload/initialize', { media_type: type, total_bytes: bytes, media_category: 'tweet_video' }); // prettier-ignore
const append = (id: string, index: number, bytes: Buffer): ReturnType<XApiStage['call']> =>
  stage.call('POST', `/2/media/upload/${id}/append`, form({ segment_index: String(index) }, bytes));
const finish = (id: string): ReturnType<XApiStage['call']> => stage.call('POST', `/2/media/upload/${id}/finalize`);
const status = (id: string): ReturnType<XApiStage['call']> =>
  stage.get(`/2/media/upload?command=STATUS&media_id=${id}`);
const post = (...ids: string[]): ReturnType<XApiStage['call']> =>
  stage.call('POST', '/2/tweets', { text: `with ${ids.length}`, media: { media_ids: ids } });

describe('a picture', () => {
  it('is uploaded at once, attached, and had at an address; its link ends the text', async () => {
    const up = dataOf(await stage.call('POST', '/2/media/upload', form({ media_category: 'tweet_image' }, PNG)));
    expect(up).toMatchObject({ media_key: `3_${up.id}`, expires_after_secs: 86_400 });
    expect(up).not.toHaveProperty('processing_info');
    await stage.call('POST', '/2/media/metadata', { id: up.id, metadata: { alt_text: { text: 'A lamp' } } });
    const { body } = await post(up.id);
    const { id, text } = body['data'] as { id: string; text: string };
    expect(text).toMatch(/^with 1 https:\/\/t\.co\/\w{10}$/);
    const query =
      'tweet.fields=display_text_range,entities&expansions=attachments.media_keys&media.fields=url,alt_text';
    const shown = await stage.get(`/2/tweets/${id}?${query}`);
    expect(shown.body).toMatchObject({ data: { display_text_range: [0, 6] }, includes: { media: [{ type: 'photo', alt_text: 'A lamp' }] } }); // prettier-ignore
    const [{ url }] = (shown.body['includes'] as { media: [{ url: string }] }).media;
    expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(PNG);
    stage.platform.deletePost(id);
    expect((await fetch(url)).status).toBe(404);
  });

  it('is refused where it is too large or no picture, and where there is more than a post takes', async () => {
    const upload = (bytes: Buffer): ReturnType<XApiStage['call']> =>
      stage.call('POST', '/2/media/upload', form({ media_category: 'tweet_image' }, bytes));
    expect((await upload(Buffer.concat([PNG, Buffer.alloc(5 * 1024 * 1024)]))).status).toBe(400);
    expect((await upload(Buffer.from('words'))).status).toBe(400);
    const ids = await Promise.all([1, 2, 3, 4, 5].map(async () => dataOf(await upload(PNG)).id));
    expect((await post(...ids)).status).toBe(400);
    expect((await post(...ids.slice(1))).status).toBe(201);
  });

  it('cannot be attached after a day, nor by another', async () => {
    const { mediaId } = stage.platform.upload({ userId: stage.shop, category: 'tweet_image', mime: 'image/png', bytes: PNG }); // prettier-ignore
    const ada = stage.platform.token({ appId: stage.app.appId, userId: stage.ada }).accessToken;
    const body = { text: 'mine', media: { media_ids: [mediaId] } };
    expect((await stage.call('POST', '/2/tweets', body, `Bearer ${ada}`)).status).toBe(400);
    stage.clock.advance(24 * 3_600_000);
    stage.token = stage.platform.token({ appId: stage.app.appId, userId: stage.shop }).accessToken;
    expect((await post(mediaId)).status).toBe(400);
  });
});

describe('a film', () => {
  it('is uploaded in pieces in any order, and can be attached when it was processed', async () => {
    const { id } = dataOf(await begin(9));
    await append(id, 1, Buffer.from('two'));
    await append(id, 0, Buffer.from('one'));
    expect((await finish(id)).status).toBe(400);
    await append(id, 2, Buffer.from('six'));
    expect(dataOf(await finish(id)).processing_info).toEqual({ state: 'pending', check_after_secs: 2 });
    expect(stage.platform.media.read(id)!.toString()).toBe('onetwosix');
    expect((await post(id)).status).toBe(400);
    expect(dataOf(await status(id)).processing_info).toMatchObject({ state: 'in_progress' });
    stage.clock.advance(2_000);
    expect(dataOf(await status(id)).processing_info).toMatchObject({ state: 'succeeded' });
    expect((await post(id)).status).toBe(201);
  });

  it('that cannot be processed says so and cannot be attached', async () => {
    stage.platform.setRules({ processingFails: true });
    const { id } = dataOf(await begin(3));
    await append(id, 0, Buffer.from('one'));
    await finish(id);
    stage.clock.advance(2_000);
    expect(dataOf(await status(id)).processing_info).toMatchObject({
      state: 'failed',
      error: { name: 'InvalidMedia' },
    });
    expect((await post(id)).status).toBe(400);
  });

  it('of another is not found', async () => {
    const { id } = dataOf(await begin(3));
    const ada = stage.platform.token({ appId: stage.app.appId, userId: stage.ada }).accessToken;
    expect((await stage.get(`/2/media/upload?media_id=${id}`, `Bearer ${ada}`)).status).toBe(404);
  });
});
