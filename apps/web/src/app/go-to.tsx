import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';

/** Leads to another place in this page, once, without a step in the history. */
export function GoTo({ href }: { readonly href: string }) {
  const navigate = useNavigate();
  useEffect(() => void navigate({ href, replace: true }), [navigate, href]);
  return null;
}

/** The sign-in page, which leads back to where one was. */
export function signInHref(next: string): string {
  return next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`;
}
