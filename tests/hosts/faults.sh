# Bash sources this file before a script (BASH_ENV). It counts the commands of the script's top-level shell and, before
# command number FAULT_AT, runs FAULT_BY, which kills the script (see faults.py). If FAULT_LOG names a file, it appends
# line and text of each command there.
set -T
fault_number=0
trap '
  if [ "$BASH_SUBSHELL" = 0 ]; then
    fault_number=$((fault_number + 1))
    if [ -n "$FAULT_LOG" ]; then printf "%s %s\0" "$LINENO" "$BASH_COMMAND" >>"$FAULT_LOG"; fi
    if [ "$fault_number" = "$FAULT_AT" ]; then eval "$FAULT_BY"; fi
  fi
' DEBUG
