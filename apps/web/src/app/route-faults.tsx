import { Link, type ErrorComponentProps } from '@tanstack/react-router';
import { useT } from '../language/language';
import { Button } from '../ui/button';
import { FullPage } from '../ui/full-page';

export function UnknownRoute() {
  const t = useT();
  return (
    <FullPage title={t('fault.unknownPage')} text={t('fault.unknownPageText')}>
      <Link to="/queue">{t('nav.toQueue')}</Link>
    </FullPage>
  );
}

/** The page itself failed. What was typed is on the server and in this browser. */
export function RouteFault({ error }: ErrorComponentProps) {
  const t = useT();
  return (
    <FullPage title={t('fault.page')} text={t('fault.pageText')}>
      <Button look="primary" onPress={() => location.reload()}>
        {t('action.reload')}
      </Button>
      <Button onPress={() => void navigator.clipboard.writeText(detailsOf(error))}>{t('action.copyDetails')}</Button>
    </FullPage>
  );
}

function detailsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
