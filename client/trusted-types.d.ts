/** The part of Trusted Types (W3C) that the script uses; absent in browsers that do not know it. */
interface TrustedTypePolicy {
  createHTML(html: string): string;
}

interface Window {
  readonly trustedTypes?: {
    createPolicy(name: string, rules: { createHTML(html: string): string }): TrustedTypePolicy;
  };
}
