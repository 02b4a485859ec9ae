# Sourced by bash before a script (BASH_ENV), counts the commands of the script's own shell and kills it before the one
# with the number FAULT_AT; with FAULT_LOG, writes down line and text of each. FAULT_BY is what kills: see faults.py.
set -T
fault_number=0
trap '
  if [ "$BASH_SUBSHELL" = 0 ]; then
    fault_number=$((fault_number + 1))
    if [ -n "$FAULT_LOG" ]; then printf "%s %s\0" "$LINENO" "$BASH_COMMAND" >>"$FAULT_LOG"; fi
    if [ "$fault_number" = "$FAULT_AT" ]; then eval "$FAULT_BY"; fi
  fi
' DEBUG
