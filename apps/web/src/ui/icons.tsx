import type { ReactNode } from 'react';

/** Line drawings on a 20 px grid, one weight for all. They say nothing that is not also said in words. */
function icon(shape: ReactNode) {
  return function Icon({ size = 20 }: { readonly size?: number }) {
    return (
      <svg
        aria-hidden="true"
        width={size}
        height={size}
        viewBox="0 0 20 20"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      >
        {shape}
      </svg>
    );
  };
}

export const QueueIcon = icon(
  <>
    <path d="M8 5h9M8 10h9M8 15h9" />
    <path d="M3.5 4v2M3.5 9v2M3.5 14v2" />
  </>,
);
export const MineIcon = icon(
  <path d="M3 11.5 5 4.8c.2-.5.6-.8 1.1-.8h7.8c.5 0 .9.3 1.1.8l2 6.7m-14 0V15c0 .6.4 1 1 1h12c.6 0 1-.4 1-1v-3.500m-14 0h3.600c.5 0 .8.3.9.7.2.9.8 1.300 1.500 1.300h1.900c.8 0 1.400-.5 1.600-1.300.1-.4.5-.7.9-.7H17" />,
);
export const FailedIcon = icon(
  <>
    <path d="M10 3.200 17.500 16h-15z" />
    <path d="M10 8.500v3.500M10 14.100v.1" />
  </>,
);
export const DoneIcon = icon(
  <>
    <circle cx="10" cy="10" r="7" />
    <path d="m7 10.200 2.100 2.100L13.200 8" />
  </>,
);
export const AccountsIcon = icon(
  <>
    <path d="M7.500 3v4M12.500 3v4M5 7h10v3a5 5 0 0 1-10 0zM10 15v2.500" />
  </>,
);
export const EmailIcon = icon(
  <>
    <rect x="2.500" y="4.500" width="15" height="11" rx="2" />
    <path d="m3 6 7 5 7-5" />
  </>,
);
export const MessengerIcon = icon(
  <>
    <path d="M10 3c4.100 0 7.200 2.900 7.200 6.600s-3.100 6.600-7.200 6.600c-.8 0-1.500-.1-2.200-.3L5 17.200v-2.600a6.300 6.300 0 0 1-2.200-5C2.800 5.900 5.900 3 10 3Z" />
    <path d="m6.200 11.200 2.400-2.500 2 1.700 3-2.400" />
  </>,
);
export const XIcon = icon(<path d="m4 4 12 12M16 4 4 16" />);
export const PaperclipIcon = icon(
  <path d="m16.500 9.500-6.300 6.200a4 4 0 0 1-5.700-5.700l6.400-6.300a2.700 2.700 0 0 1 3.800 3.800l-6.200 6.100a1.300 1.300 0 0 1-1.900-1.800l5.500-5.500" />,
);
export const CloseIcon = icon(<path d="m5 5 10 10M15 5 5 15" />);
export const BackIcon = icon(<path d="M12 4 6 10l6 6" />);
export const ChevronIcon = icon(<path d="m5 8 5 5 5-5" />);
export const CheckIcon = icon(<path d="m4.500 10.500 3.700 3.700 7.300-8" />);
export const DoubleCheckIcon = icon(<path d="m2 10.500 3.500 3.700L12 6.200M9.500 13.600l.6.600L17.500 6.200" />);
export const GlobeIcon = icon(
  <>
    <circle cx="10" cy="10" r="7" />
    <path d="M3 10h14M10 3c2.300 2.100 3.200 4.400 3.200 7s-.9 4.900-3.200 7c-2.300-2.100-3.200-4.400-3.200-7S7.700 5.100 10 3Z" />
  </>,
);
export const LockIcon = icon(
  <>
    <rect x="4.500" y="9" width="11" height="7.500" rx="1.500" />
    <path d="M7 9V6.500a3 3 0 0 1 6 0V9" />
  </>,
);
export const MoreIcon = icon(<path d="M4.500 10v.01M10 10v.01M15.500 10v.01" strokeWidth="2.500" />);
export const ClockIcon = icon(
  <>
    <circle cx="10" cy="10" r="7" />
    <path d="M10 6v4.200l2.700 1.600" />
  </>,
);
export const ArrowIcon = icon(<path d="M4 10h11M11 5.500l4.500 4.500-4.500 4.500" />);
export const OpenIcon = icon(
  <path d="M11.500 4H16v4.500M16 4l-7 7M14 11.500V15a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h3.500" />,
);
export const HelpIcon = icon(
  <>
    <circle cx="10" cy="10" r="7" />
    <path d="M8 8.200a2 2 0 1 1 2.700 1.900c-.5.2-.7.500-.7 1v.4M10 13.800v.1" />
  </>,
);
export const NoteIcon = icon(
  <>
    <path d="M4 3.500h12v8.500l-4.500 4.500H4z" />
    <path d="M16 12h-4.500v4.500" />
  </>,
);
export const PersonIcon = icon(
  <>
    <circle cx="10" cy="7" r="3" />
    <path d="M4 16.500c.5-3 2.900-4.500 6-4.500s5.500 1.500 6 4.500" />
  </>,
);
export const FileIcon = icon(
  <>
    <path d="M5 2.800h6.500L15.500 7v10.200H5z" />
    <path d="M11.500 2.800V7h4" />
  </>,
);
export const ImageIcon = icon(
  <>
    <rect x="3" y="4" width="14" height="12" rx="2" />
    <path d="m3.500 14 4-4 3 3 2.500-2.500 3.500 3.500" />
    <circle cx="13" cy="7.500" r="1" />
  </>,
);

const CHANNELS = { EMAIL: EmailIcon, MESSENGER: MessengerIcon, X: XIcon } as const;

export function ChannelIcon({ channel, size }: { readonly channel: keyof typeof CHANNELS; readonly size?: number }) {
  const Icon = CHANNELS[channel];
  return <Icon size={size} />;
}

/** The product's sign: two bars of equal length. */
export function Mark({ size = 28 }: { readonly size?: number }) {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 32 32">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <rect x="7" y="10" width="18" height="4" rx="2" fill="var(--on-accent)" />
      <rect x="7" y="18" width="18" height="4" rx="2" fill="var(--on-accent)" />
    </svg>
  );
}
