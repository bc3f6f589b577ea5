"""Any request as a program that sends it, signing included, and any scheme as a program that verifies it.

    generation            `generate`: the clients there are, and the program for one of them
    receiving             `generate_receiver`: the same for receivers
    snippet               what comes of it: the text, and notes on all that differs from the request
    recipe                what a program has to do to sign or to verify, without a provider's pack
    plan                  a request worked out for one client: what it can say, and what it cannot help changing
    language, rendering   the parts of a plan in a language's words, put into its template
    bash, python, javascript, go, ruby, php, java, csharp     the clients, by language
    receiver_…            the receivers, by language

A program reads its secret from the environment when it runs: no secret is ever in its text, nor on its command line.
"""
