"""Commands that people copy, made into requests: curl, HTTPie, PowerShell's, a browser's `fetch`.

    detecting               whose command a text is: `parse_pasted`
    pasted                  `Pasted`, a request with a sentence for each thing that could not be carried over
    bash_words              a shell's words: quotes, heredocs, redirections, pipes; nothing is run or expanded
    cmd_words               the words of Windows' cmd and of a program's command line
    powershell_words        PowerShell's words, with its tables
    curl_options            what curl's options are called, and what each of them says about a request
    curl_command            the words of a curl command made into requests
    curl_form               curl's `-F`
    curl_settings           curl's words on authentication, time-outs, trust and proxies
    httpie_command          HTTPie's items and options
    web_request             PowerShell's Invoke-WebRequest and Invoke-RestMethod
    fetch_call, javascript_values   `fetch(…)` with the values written in its arguments

Nothing here reads a file, an environment or the clock: a name after `@` stays a name, `$NAME` becomes `{{NAME}}`.
Texts are read once from left to right, so that a hostile one costs no more than its length.
"""
