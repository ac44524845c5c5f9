/** What is known of a claim. `unknown` is neither: it never becomes "allowed" and never hides a Deny (Kleene's logic). */
export type Truth = 'yes' | 'no' | 'unknown';

export function truth(claim: boolean): Truth {
  return claim ? 'yes' : 'no';
}

export function not(claim: Truth): Truth {
  if (claim === 'unknown') return 'unknown';
  return claim === 'yes' ? 'no' : 'yes';
}

export function every(claims: readonly Truth[]): Truth {
  if (claims.includes('no')) return 'no';
  return claims.includes('unknown') ? 'unknown' : 'yes';
}

export function some(claims: readonly Truth[]): Truth {
  if (claims.includes('yes')) return 'yes';
  return claims.includes('unknown') ? 'unknown' : 'no';
}
