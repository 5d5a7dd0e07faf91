import type { ReactNode } from 'react';
import { Button as AriaButton, Tooltip, TooltipTrigger, type ButtonProps } from 'react-aria-components';
import { OpenIcon } from './icons';
import style from './button.module.css';

interface Props extends ButtonProps {
  readonly look?: 'plain' | 'primary' | 'quiet' | 'danger';
  readonly size?: 'normal' | 'large' | 'small';
  /** Key that does the same, shown beside the words. */
  readonly shortcut?: string;
  readonly children: ReactNode;
}

export function Button({ look = 'plain', size = 'normal', shortcut, children, className, ...props }: Props) {
  return (
    <AriaButton
      {...props}
      aria-keyshortcuts={shortcut}
      className={`${style.button} ${style[look]} ${style[size]} ${typeof className === 'string' ? className : ''}`}
    >
      {children}
      {shortcut && (
        <kbd aria-hidden="true" className={style.key}>
          {shortcut}
        </kbd>
      )}
    </AriaButton>
  );
}

/** Looks like a button and leads to another place of the web, in a tab of its own, which learns nothing of where one came from. */
export function ButtonLink({
  size = 'normal',
  href,
  children,
}: Pick<Props, 'size' | 'children'> & { readonly href: string }) {
  return (
    <a className={`${style.button} ${style[size]} ${style.away}`} href={href} target="_blank" rel="noopener noreferrer">
      {children}
      <OpenIcon size={16} />
    </a>
  );
}

/** A button that shows a picture only; its name is also its tooltip. */
export function IconButton({ label, children, ...props }: ButtonProps & { label: string; children: ReactNode }) {
  return (
    <TooltipTrigger delay={500}>
      <AriaButton {...props} aria-label={label} className={`${style.button} ${style.quiet} ${style.icon}`}>
        {children}
      </AriaButton>
      <Tooltip className={style.tooltip} offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}
