import { Component, type ReactNode } from 'react';
import type { CombinedError } from 'urql';
import { requestIdOf } from '../graphql/client';
import { useT } from '../language/language';
import { Button } from './button';
import style from './pane-fault.module.css';

interface Props {
  readonly children: ReactNode;
}

/** Keeps a fault in one pane from taking the others away. */
export class PaneBoundary extends Component<Props, { readonly fault: Error | null }> {
  override state = { fault: null as Error | null };

  static getDerivedStateFromError(fault: Error): { fault: Error } {
    return { fault };
  }

  override render(): ReactNode {
    if (!this.state.fault) return this.props.children;
    return <PaneFault detail={this.state.fault.message} onRetry={() => this.setState({ fault: null })} />;
  }
}

export function QueryFault({ error, onRetry }: { readonly error: CombinedError; readonly onRetry: () => void }) {
  const t = useT();
  const id = requestIdOf(error);
  if (error.networkError) return <PaneFault detail={t('fault.unreachable')} onRetry={onRetry} />;
  return (
    <PaneFault detail={id ? t('fault.logged', { id }) : (error.graphQLErrors[0]?.message ?? '')} onRetry={onRetry} />
  );
}

function PaneFault({ detail, onRetry }: { readonly detail: string; readonly onRetry: () => void }) {
  const t = useT();
  return (
    <div className={style.fault} role="alert">
      <p className={style.title}>{t('fault.pane')}</p>
      <p className={style.detail}>{detail}</p>
      <Button size="small" onPress={onRetry}>
        {t('action.retry')}
      </Button>
    </div>
  );
}
