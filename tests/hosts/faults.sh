# Bash sources this file before it runs a script (BASH_ENV). The trap counts the commands of the script's top-level
# shell. Before command number FAULT_AT, it runs FAULT_BY, which kills the script (see faults.py). It appends the line
# number and text of each command to the file FAULT_LOG, if that is set.
set -T
fault_number=0
trap '
  if [ "$BASH_SUBSHELL" = 0 ]; then
    fault_number=$((fault_number + 1))
    if [ -n "$FAULT_LOG" ]; then printf "%s %s\0" "$LINENO" "$BASH_COMMAND" >>"$FAULT_LOG"; fi
    if [ "$fault_number" = "$FAULT_AT" ]; then eval "$FAULT_BY"; fi
  fi
' DEBUG
