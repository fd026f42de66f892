//! What redis-cli 7.0.15 has sent, what it was answered, and what it printed then.

/// A request and its reply.
pub(crate) struct Exchange {
    /// The words that were typed.
    pub(crate) typed: &'static [&'static str],
    pub(crate) sent: &'static [u8],
    pub(crate) replied: &'static [u8],
    /// Without the end of the last line.
    pub(crate) printed: &'static str,
}

/// One conversation: what was set early is there later.
pub(crate) const TRANSCRIPT: [Exchange; 14] = [
    Exchange { typed: &["PING"], sent: b"*1\r\n$4\r\nPING\r\n", replied: b"+PONG\r\n", printed: "PONG" },
    Exchange {
        typed: &["SET", "greeting", "hello, wire"],
        sent: b"*3\r\n$3\r\nSET\r\n$8\r\ngreeting\r\n$11\r\nhello, wire\r\n",
        replied: b"+OK\r\n",
        printed: "OK",
    },
    Exchange {
        typed: &["GET", "greeting"],
        sent: b"*2\r\n$3\r\nGET\r\n$8\r\ngreeting\r\n",
        replied: b"$11\r\nhello, wire\r\n",
        printed: "\"hello, wire\"",
    },
    Exchange {
        typed: &["GET", "nobody"],
        sent: b"*2\r\n$3\r\nGET\r\n$6\r\nnobody\r\n",
        replied: b"$-1\r\n",
        printed: "(nil)",
    },
    Exchange {
        typed: &["SET", "", "two\r\nlines"],
        sent: b"*3\r\n$3\r\nSET\r\n$0\r\n\r\n$10\r\ntwo\r\nlines\r\n",
        replied: b"+OK\r\n",
        printed: "OK",
    },
    Exchange {
        typed: &["GET", ""],
        sent: b"*2\r\n$3\r\nGET\r\n$0\r\n\r\n",
        replied: b"$10\r\ntwo\r\nlines\r\n",
        printed: "\"two\\r\\nlines\"",
    },
    Exchange {
        typed: &["ECHO", "Grüße"],
        sent: b"*2\r\n$4\r\nECHO\r\n$7\r\nGr\xc3\xbc\xc3\x9fe\r\n",
        replied: b"$7\r\nGr\xc3\xbc\xc3\x9fe\r\n",
        printed: "\"Gr\\xc3\\xbc\\xc3\\x9fe\"",
    },
    Exchange {
        typed: &["INCR", "visits"],
        sent: b"*2\r\n$4\r\nINCR\r\n$6\r\nvisits\r\n",
        replied: b":1\r\n",
        printed: "(integer) 1",
    },
    Exchange {
        typed: &["INCR", "visits"],
        sent: b"*2\r\n$4\r\nINCR\r\n$6\r\nvisits\r\n",
        replied: b":2\r\n",
        printed: "(integer) 2",
    },
    Exchange {
        typed: &["INCR", "greeting"],
        sent: b"*2\r\n$4\r\nINCR\r\n$8\r\ngreeting\r\n",
        replied: b"-ERR value is not an integer or out of range\r\n",
        printed: "(error) ERR value is not an integer or out of range",
    },
    Exchange {
        typed: &["MGET", "greeting", "nobody", ""],
        sent: b"*4\r\n$4\r\nMGET\r\n$8\r\ngreeting\r\n$6\r\nnobody\r\n$0\r\n\r\n",
        replied: b"*3\r\n$11\r\nhello, wire\r\n$-1\r\n$10\r\ntwo\r\nlines\r\n",
        printed: "1) \"hello, wire\"\n2) (nil)\n3) \"two\\r\\nlines\"",
    },
    Exchange { typed: &["MGET"], sent: b"*1\r\n$4\r\nMGET\r\n", replied: b"*0\r\n", printed: "(empty array)" },
    Exchange {
        typed: &["DEL", "greeting", "nobody"],
        sent: b"*3\r\n$3\r\nDEL\r\n$8\r\ngreeting\r\n$6\r\nnobody\r\n",
        replied: b":1\r\n",
        printed: "(integer) 1",
    },
    Exchange {
        typed: &["fly\nhigh"],
        sent: b"*1\r\n$8\r\nfly\nhigh\r\n",
        replied: b"-ERR unknown command 'fly high'\r\n",
        printed: "(error) ERR unknown command 'fly high'",
    },
];
