import { pictureOfACard } from '../customers/picture';
import type { MessengerPlatform } from './platform';

type Oddity = (platform: MessengerPlatform, personId: string, pageId: string) => void;

/** Thumbs up. */
const LIKE_STICKER = 369239263222822;

/**
 * What the platform sends now and then in a shape of its own: rare kinds, missing keys, other units and types. Each by name.
 * Those that are messages stand in the truth.
 */
export const ODDITIES: Readonly<Record<string, Oddity>> = {
  sticker: (platform, person, page) => {
    const payload = { sticker_id: LIKE_STICKER };
    platform.writeAs(person, page, { attachments: [{ type: 'sticker', ...picture('sticker.png'), payload }] });
  },
  'sticker-as-image': (platform, person, page) => {
    const payload = { sticker_id: LIKE_STICKER };
    platform.writeAs(person, page, { attachments: [{ type: 'image', ...picture('sticker.png'), payload }] });
  },
  'fallback-without-payload': (platform, person, page) => {
    const beside = { title: 'foo.doc', url: 'My Documents/foo.doc' };
    platform.writeAs(person, page, { text: 'Look', attachments: [{ type: 'fallback', payload: null, beside }] });
  },
  'fallback-link': (platform, person, page) => {
    const payload = { url: 'https://example.com/lamp?id=1', title: 'A lamp' };
    platform.writeAs(person, page, { text: 'This one?', attachments: [{ type: 'fallback', payload }] });
  },
  'relative-reel': (platform, person, page) => {
    const payload = { url: '/reel/123/', title: 'A reel', reel_video_id: 9007199254740993n };
    platform.writeAs(person, page, { attachments: [{ type: 'reel', payload }] });
  },
  post: (platform, person, page) => {
    const payload = { url: 'https://www.facebook.com/1/posts/2', title: 'A post', id: 9007199254740995n };
    platform.writeAs(person, page, { attachments: [{ type: 'post', payload }] });
  },
  'like-heart': (platform, person, page) => {
    platform.writeAs(person, page, { attachments: [{ type: 'like_heart' }] });
  },
  'shared-product': (platform, person, page) => {
    const element = {
      id: 4711n,
      retailer_id: 'LV-420',
      image_url: 'https://example.com/x.jpg',
      title: 'LV-420',
      subtitle: '399 €',
    };
    platform.writeAs(person, page, {
      attachments: [{ type: 'template', payload: { product: { elements: [element] } } }],
    });
  },
  location: (platform, person, page) => {
    const payload = { coordinates: { lat: 48.8566, long: 2.3522 } };
    platform.writeAs(person, page, { attachments: [{ type: 'location', payload, beside: { title: 'Pinned' } }] });
  },
  booking: (platform, person, page) => {
    const start = Math.floor(platform.world.now() / 1_000) + 86_400;
    const payload = {
      booking_id: 'b1',
      status: 'requested',
      start_time: start,
      end_time: start + 1_800,
      timezone: 'Europe/Paris',
    };
    platform.writeAs(person, page, { attachments: [{ type: 'appointment_booking', payload }] });
  },
  'unknown-attachment': (platform, person, page) => {
    platform.writeAs(person, page, { attachments: [{ type: 'hologram', payload: { depth: 3 } }] });
  },
  unsupported: (platform, person, page) => {
    platform.writeAs(person, page, { extra: { is_unsupported: true } });
  },
  'product-question': (platform, person, page) => {
    platform.writeAs(person, page, { text: 'Is it in stock?', referral: { product: { id: '4711' } } });
  },
  'extra-keys': (platform, person, page) => {
    platform.writeAs(person, page, {
      text: 'Hello',
      extra: { nlp: { entities: {} }, seq: 12, commands: [{ name: 'flights' }] },
    });
  },
  'echo-without-app': (platform, person, page) => {
    platform.otherAppReply(page, person, null, { text: 'Answered somewhere' });
  },
  'echo-of-template': (platform, person, page) => {
    const payload = {
      template_type: 'button',
      text: 'Choose',
      buttons: [{ type: 'postback', title: 'A', payload: 'A' }],
    };
    const beside = { attachment_id: 1857777774821032 };
    platform.otherAppReply(page, person, '1517776481860111', { attachments: [{ type: 'template', payload, beside }] });
  },
  'lead-referral-in-seconds': (platform, person, page) => {
    const lead = { data: [{ question: 'When?', answer: 'Soon' }] };
    const referral = { ref: 'lead', source: 'ADS', type: 'LEAD_COMPLETE', ad_id: '6100' };
    raw(platform, person, page, 'messaging_referrals', { timestamp: seconds(platform), referral, lead });
  },
  'delivery-without-mids': (platform, person, page) => {
    raw(platform, person, page, 'message_deliveries', { delivery: { watermark: platform.world.now(), seq: 0 } });
  },
  'read-watermark-as-text': (platform, person, page) => {
    raw(platform, person, page, 'message_reads', { read: { watermark: String(platform.world.now()) } });
  },
  'account-linking': (platform, person, page) => {
    const linking = { status: 'linked', authorization_code: 'code' };
    raw(platform, person, page, 'messaging_account_linking', {
      timestamp: String(platform.world.now()),
      account_linking: linking,
    });
  },
  'app-roles': (platform, _person, page) => {
    const element = {
      recipient: { id: page },
      timestamp: platform.world.now(),
      app_roles: { '123456789': ['primary_receiver'] },
    };
    platform.raw(page, { field: 'messaging_handovers', element });
  },
  'unknown-kind': (platform, person, page) => {
    raw(platform, person, page, 'messages', { timestamp: platform.world.now(), telepathy: { thought: 'hm' } });
  },
  'user-ref': (platform, _person, page) => {
    const element = {
      sender: { user_ref: 'ref-1' },
      recipient: { id: page },
      optin: { ref: 'box', user_ref: 'ref-1' },
    };
    platform.raw(page, { field: 'messaging_optins', element: { ...element, timestamp: platform.world.now() } });
  },
  'numeric-ids': (platform, person, page) => {
    const psid = BigInt(platform.psid(person, page));
    const message = { mid: platform.world.newMid(), text: 'Ids as numbers' };
    const element = { sender: { id: psid }, recipient: { id: BigInt(page) }, timestamp: platform.world.now(), message };
    platform.raw(page, { field: 'messages', element, about: [message.mid] });
  },
  'also-on-standby': (platform, person, page) => {
    const { mid } = platform.writeAs(person, page, { text: 'Twice told' });
    const sides = { sender: { id: platform.psid(person, page) }, recipient: { id: page } };
    const element = { ...sides, timestamp: platform.world.now(), message: { mid, text: 'Twice told' } };
    platform.raw(page, { field: 'standby', place: 'standby', element, about: [mid] });
  },
  'feed-noise': (platform, _person, page) => {
    for (const item of ['like', 'reaction', 'share', 'post'] as const) {
      const value = {
        item,
        verb: 'add',
        post_id: `${page}_1`,
        from: { id: '1', name: 'X' },
        created_time: seconds(platform),
      };
      platform.raw(page, { field: 'feed', place: 'changes', element: { field: 'feed', value } });
    }
  },
  'comment-of-nobody': (platform, _person, page) => {
    const { id: post } = platform.feed.newestPost(platform.world.page(page));
    const ids = {
      comment_id: `${post.split('_')[1]}_${platform.world.random.digits(15)}`,
      post_id: post,
      parent_id: post,
    };
    const value = { item: 'comment', verb: 'add', ...ids, message: 'Who says this?', created_time: seconds(platform) };
    platform.raw(page, { field: 'feed', place: 'changes', element: { field: 'feed', value }, about: [ids.comment_id] });
  },
};

function picture(name: string): { bytes: Buffer; name: string; mime: string } {
  return { bytes: pictureOfACard(), name, mime: 'image/png' };
}

function seconds(platform: MessengerPlatform): number {
  return Math.floor(platform.world.now() / 1_000);
}

function raw(
  platform: MessengerPlatform,
  personId: string,
  pageId: string,
  field: string,
  element: Record<string, unknown>,
): void {
  const sides = { sender: { id: platform.psid(personId, pageId) }, recipient: { id: pageId } };
  platform.raw(pageId, { field, element: { ...sides, ...element } });
}
