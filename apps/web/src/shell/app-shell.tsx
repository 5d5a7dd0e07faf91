import { Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { GoTo, signInHref } from '../app/go-to';
import { LiveProvider, useNews } from '../live/live-provider';
import { ConnectionStrip } from '../live/connection';
import { useSession, useViewer } from '../session/session';
import { CustomerDialogs } from '../customers/customer-dialogs';
import { WritingProvider } from '../composer/writing';
import { SendOutcomes } from '../composer/send-outcomes';
import { useTakeNext } from '../queue/take-next';
import { AccountBanners } from './account-banners';
import { KeySheet } from './key-sheet';
import { Rail } from './rail';
import { useShortcut } from './shortcuts';
import { SkipLinks } from './skip-links';
import { cyclePanes } from './panes';
import style from './app-shell.module.css';

/** Everything behind the sign-in: rail, banners, and the page of the route. */
export function AppShell() {
  const { viewer, installation } = useSession();
  if (installation.needsSetUp) return <GoTo href="/welcome" />;
  if (!viewer) return <ToSignIn />;
  return (
    <LiveProvider key={viewer.agent.id}>
      <WritingProvider>
        <Shell />
      </WritingProvider>
    </LiveProvider>
  );
}

function ToSignIn() {
  const { href } = useLocation();
  const [from] = useState(href);
  return <GoTo href={signInHref(from)} />;
}

function Shell() {
  const { counters } = useViewer();
  const { reload } = useSession();
  const { take } = useTakeNext();

  useNews(['queue', 'conversations', 'item', 'counters', 'gone'], reload, 1_000);
  useShortcut('n', take);
  useShortcut('F6', cyclePanes);
  useEffect(() => {
    document.title = counters.mine > 0 ? `(${counters.mine}) Evenhand` : 'Evenhand';
  }, [counters.mine]);

  return (
    <div className={style.shell}>
      <SkipLinks />
      <Rail />
      <div className={style.main}>
        <ConnectionStrip />
        <AccountBanners />
        <Outlet />
      </div>
      <SendOutcomes />
      <KeySheet />
      <CustomerDialogs />
    </div>
  );
}
