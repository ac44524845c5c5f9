/** Whoever asked for something, without the kind of actor that the audit log has: "admin" of "user:admin". */
export function whoseName({ requestedBy }: { readonly requestedBy: string }): string {
  return requestedBy.replace(/^\w+:/, '');
}
