# The part of change-trust-policies.sh that is the same in all of them. Before it come PARTITION, REGION and ROLES; after
# it a call of `role` for each role, and `summary`.
set -u -o pipefail

ADMIN_ROLE=${ADMIN_ROLE:-OrganizationAccountAccessRole}
BACKUP_DIR=${BACKUP_DIR:-causeway-trust-backup-$(date -u +%Y%m%dT%H%M%SZ)}
# IAM is one service per partition; the region names the partition, and whose STS is asked.
export AWS_REGION=$REGION AWS_DEFAULT_REGION=$REGION AWS_STS_REGIONAL_ENDPOINTS=regional
export AWS_PAGER='' AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=10

dry_run=no replace_unknown=no part=1 parts=1
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry_run=yes ;;
    --replace-unknown) replace_unknown=yes ;;
    --part) part=${2:-}; parts=${part##*/} part=${part%%/*}; shift ;;
    *) echo "unknown option: $1 (there are --dry-run, --replace-unknown and --part N/M)" >&2; exit 2 ;;
  esac
  shift
done
if ! [ "$part" -ge 1 ] 2>/dev/null || ! [ "$part" -le "$parts" ] 2>/dev/null; then
  echo "--part takes two numbers, such as 2/8" >&2; exit 2
fi

errors=$(mktemp) || exit 2
trap 'rm -f "$errors"' EXIT
trap 'echo "interrupted; run it again to go on"; summary; exit 1' INT TERM
changed=0 skipped=0 refused=0 failed=0 seen=0
account='' account_works='' key='' secret='' token=''

say() { printf '%-9s %s%s\n' "$1" "$2" "${3:+: $3}"; }
why() { tr -s '\n' ' ' <"$errors" | sed 's/^ *//'; }

# Whether two policies are the same but for the order of lists: IAM gives the principals of a list back in any order.
same() { [ "$1" = "$2" ] || [ "$(tr '"' '\n' <<<"$1" | sort)" = "$(tr '"' '\n' <<<"$2" | sort)" ]; }

summary() {
  echo
  echo "changed $changed, unchanged $skipped, refused $refused, failed $failed of $ROLES roles"
  if [ "$dry_run" = yes ]; then echo 'Nothing was changed: this was a dry run.'
  elif [ "$changed" -gt 0 ]; then echo "The policies as they were are in $BACKUP_DIR."; fi
  [ "$((refused + failed))" -eq 0 ]
}

# The AWS CLI in the account of the role.
in_account() {
  if [ -z "$key" ]; then aws "$@" </dev/null 2>"$errors"; return; fi
  (
    unset AWS_PROFILE AWS_DEFAULT_PROFILE
    export AWS_ACCESS_KEY_ID="$key" AWS_SECRET_ACCESS_KEY="$secret" AWS_SESSION_TOKEN="$token"
    aws "$@" </dev/null 2>"$errors"
  )
}

enter() { # ACCOUNT
  account=$1 account_works=yes key='' secret='' token=''
  if [ "$account" = "$own_account" ]; then return; fi
  local session
  if session=$(aws sts assume-role --role-arn "arn:$PARTITION:iam::$account:role/$ADMIN_ROLE" \
    --role-session-name causeway-trust-policies --output text \
    --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' </dev/null 2>"$errors"); then
    read -r key secret token <<<"$session"
  else
    account_works=no
    say FAILED "account $account" "$(why)"
  fi
}

keep() { # FILE POLICY; what an earlier run kept there stays
  [ -e "$1" ] || (umask 077 && mkdir -p "$BACKUP_DIR" && printf '%s\n' "$2" >"$1")
}

role() { # ACCOUNT ARN NAME AFTER BEFORE...
  local id=$1 arn=$2 name=$3 after=$4 found present before known=no
  shift 4
  seen=$((seen + 1))
  if [ "$((seen % parts + 1))" -ne "$part" ]; then return; fi
  if [ "$id" != "$account" ]; then enter "$id"; fi
  if [ "$account_works" = no ]; then
    say FAILED "$arn" "account $id cannot be entered through $ADMIN_ROLE"
    failed=$((failed + 1)); return
  fi
  if ! found=$(in_account iam get-role --role-name "$name" --output text \
    --query 'Role.[Arn, to_string(AssumeRolePolicyDocument)]'); then
    say FAILED "$arn" "$(why)"
    failed=$((failed + 1)); return
  fi
  present=${found#*$'\t'}
  if [ "${found%%$'\t'*}" != "$arn" ]; then
    say FAILED "$arn" "the role of this name is ${found%%$'\t'*}"
    failed=$((failed + 1)); return
  fi
  if same "$present" "$after"; then
    say unchanged "$arn"
    skipped=$((skipped + 1)); return
  fi
  for before in "$@"; do
    if same "$present" "$before"; then known=yes; fi
  done
  if [ "$known" = no ] && [ "$replace_unknown" = no ]; then
    say REFUSED "$arn" "its policy is not the one that the edit was made from: $present"
    refused=$((refused + 1)); return
  fi
  if [ "$dry_run" = yes ]; then
    say 'would be' "$arn" "$after"
    changed=$((changed + 1)); return
  fi
  if ! keep "$BACKUP_DIR/$id-$name.json" "$present" 2>"$errors"; then
    say FAILED "$arn" "no backup can be kept: $(why)"
    failed=$((failed + 1)); return
  fi
  if in_account iam update-assume-role-policy --role-name "$name" --policy-document "$after" >/dev/null; then
    say changed "$arn"
    changed=$((changed + 1))
  else
    say FAILED "$arn" "$(why)"
    failed=$((failed + 1))
  fi
}

if ! caller=$(aws sts get-caller-identity --query '[Account, Arn]' --output text </dev/null 2>"$errors"); then
  echo "no AWS credentials that work: $(why)" >&2; exit 2
fi
own_account=${caller%%$'\t'*}
case $caller in
  *$'\t'"arn:$PARTITION:"*) ;;
  *) echo "these credentials are of another partition than $PARTITION: $caller" >&2; exit 2 ;;
esac
