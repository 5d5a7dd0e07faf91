import type { Customer } from './customer';

export const ENGLISH_CUSTOMERS: readonly Customer[] = [
  {
    id: 'oliver-whitfield',
    name: 'Oliver Whitfield',
    language: 'en',
    x: { username: 'o_whitfield', followers: 143 },
    story: [
      {
        place: 'mail',
        minutesAgo: 371,
        subject: 'Upload stops at 98 % – and please do not send the quota answer again',
        text: 'Hello,\n\nEvery video I upload stops at 98 % with "Something went wrong". It is 340 MB, so far below the limit. I wrote twice already, and got the same reply twice: that my quota is full. My quota page says 12 % used.\n\nI tried Firefox and Chrome, cable and Wi-Fi. Could somebody look at the log of upload u-90233, please?\n\nRegards,\nOliver Whitfield',
      },
      {
        place: 'post',
        minutesAgo: 149,
        text: 'Upload u-90233 stops at 98 %. Quota 12 % used. No, it is not the quota. Could a person read my mail, please?',
      },
    ],
    chase: 'Has anybody looked at upload u-90233 yet?',
    thanks: 'That worked. Thank you for reading what I wrote.',
    asksOn: 'Thanks. Do I have to delete the broken copy first?',
  },
  {
    id: 'maya-thornton',
    name: 'Maya Thornton',
    language: 'en',
    story: [
      { place: 'chat', minutesAgo: 344, text: 'Hi! Your driver left my fridge in front of the wrong building' },
      {
        place: 'chat',
        minutesAgo: 343,
        text: 'Order 62-4410. It is outside and it is going to rain. Can somebody come back today?',
        picture: 'fridge.png',
      },
    ],
    chase: 'It is raining now 🌧️',
    thanks: 'They came back! Thanks so much 🙏',
    asksOn: 'OK. Do I have to be at home?',
  },
  {
    id: 'priya-nair',
    name: 'Priya Nair',
    language: 'en',
    story: [
      {
        place: 'mail',
        minutesAgo: 282,
        subject: '🎂🎉 the wrong cake topper 😅',
        text: 'Hi hi 👋😊\n\nso I ordered the 🦄 topper and got… a 🚜. My daughter is turning 5️⃣ tomorrow 🎂🎈 and she is more of a 🦄🌈✨ person (nothing against 🚜🧑‍🌾).\n\nAny chance to swap it today? 🙏🙏 I can come by 🚲💨 until 19:00. Order 77-410.\n\nThank youuu 💛🇮🇳🤝🇨🇦\nPriya 👩🏽‍🍳',
      },
      {
        place: 'chat',
        text: 'Hi 👋 I sent a mail about the 🚜 that should be a 🦄 (order 77-410). Are you open until 7?',
      },
    ],
    chase: 'Knock knock 🦄?',
    thanks: 'You are the best 💛🦄',
    asksOn: 'Yay 🎉 do I bring the 🚜 back or keep it?',
  },
  {
    id: 'theo-ashworth',
    name: 'Theo Ashworth',
    language: 'en',
    story: [
      {
        place: 'chat',
        minutesAgo: 233,
        text: 'Does the LK-200 kettle come with a UK plug? The page says both yes and no.',
      },
    ],
    chase: 'About that plug: yes or no?',
    thanks: 'Perfect, thank you!',
    asksOn: 'Good. And the lead, how long is it?',
  },
  {
    id: 'tom-okafor',
    name: 'Tom Okafor',
    language: 'en',
    story: [
      {
        place: 'mail',
        minutesAgo: 211,
        subject: 'No reset mail',
        text: 'Hi, the password reset mail never comes. Not in spam either. I have an invoice to pay in there by tonight.\nTom',
      },
    ],
    chase: 'Still no reset mail, and the invoice is due tonight.',
    thanks: 'Got in. Cheers.',
    asksOn: 'Thanks. Will there be a late fee?',
  },
  {
    id: 'ben-carter',
    name: 'Ben Carter',
    language: 'en',
    x: { username: 'ben_carter', followers: 97 },
    story: [
      {
        place: 'direct',
        minutesAgo: 166,
        text: 'Hello, my licence photo was rejected as “unreadable” for the third time. Booking L-60318, pick-up on Friday. Can a person look at it?',
      },
    ],
    chase: 'Is anybody looking at my licence photo (L-60318)?',
    thanks: 'Great, it went through. Thanks!',
    asksOn: 'Thanks. Do I need to bring anything else on Friday?',
  },
  {
    id: 'grace-lindqvist',
    name: 'Grace Lindqvist',
    language: 'en',
    x: { username: 'grace_lq', followers: 20 },
    story: [
      {
        place: 'comment',
        minutesAgo: 262,
        text: 'Why was order 60-1187 cancelled? This is the third time I ask here.',
      },
      {
        place: 'mail',
        minutesAgo: 88,
        subject: 'Do I need more followers to get an answer?',
        text: 'Hello,\n\nI asked three times on your page why my order 60-1187 was cancelled. Nobody answered. Yesterday someone well known asked nearly the same thing and had an answer in four minutes. I have 20 followers. Is that how it works?\n\nI would still like to know why the order was cancelled.\n\nGrace Lindqvist',
      },
    ],
    chase: 'I would still like to know why order 60-1187 was cancelled.',
    thanks: 'Thank you. That is all I wanted to know.',
    asksOn: 'I see. Can I have it at the old price if I order again?',
  },
  {
    id: 'callum-reid',
    name: 'Callum Reid',
    language: 'en',
    story: [
      {
        place: 'chat',
        minutesAgo: 41,
        text: 'Morning! Can I still change the colour on order 62-4587? White instead of black please 🙏',
      },
    ],
    chase: 'Before it ships in black 😬',
    thanks: 'Legend, thanks',
    asksOn: 'Nice one. Same delivery day?',
  },
  {
    id: 'daniel-ferreira',
    name: 'Daniel Ferreira',
    language: 'en',
    story: [
      {
        place: 'mail',
        minutesAgo: 19,
        subject: 'Return label for order 55-9021',
        text: 'Hello,\n\nthe chair is lovely but too high for my desk. Could you send me a return label? The box is still here.\n\nKind regards,\nDaniel Ferreira',
      },
    ],
    chase: 'Could I have the return label for order 55-9021, please?',
    thanks: 'Label received, thank you!',
    asksOn: 'Thank you. By when must it be back?',
  },
];
