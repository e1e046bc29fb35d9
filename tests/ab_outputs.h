// What ab 2.3 (of Apache 2.4.71) really said on its standard output.
#pragma once

#include <string_view>

namespace smsweb::bench {

// ab -q -l -n 50 -c 6; each fifth answer a 503.
inline constexpr std::string_view kAbWithNon2xx =
    R"(This is ApacheBench, Version 2.3 <$Revision$>
Copyright 1996 Adam Twiss, Zeus Technology Ltd, http://www.zeustech.net/
Licensed to The Apache Software Foundation, http://www.apache.org/

Benchmarking 127.0.0.1 (be patient).....done


Server Software:        nginx/1.22.1
Server Hostname:        127.0.0.1
Server Port:            18480

Document Path:          /mixed
Document Length:        Variable

Concurrency Level:      6
Time taken for tests:   0.097 seconds
Complete requests:      50
Failed requests:        0
Non-2xx responses:      10
Total transferred:      7910 bytes
HTML transferred:       280 bytes
Requests per second:    517.32 [#/sec] (mean)
Time per request:       11.598 [ms] (mean)
Time per request:       1.933 [ms] (mean, across all concurrent requests)
Transfer rate:          79.92 [Kbytes/sec] received

Connection Times (ms)
              min  mean[+/-sd] median   max
Connect:        0    0   0.1      0       0
Processing:     0    9   7.9      9      25
Waiting:        0    9   7.9      9      25
Total:          0    9   8.0      9      25

Percentage of the requests served within a certain time (ms)
  50%      9
  66%     12
  75%     14
  80%     14
  90%     25
  95%     25
  98%     25
  99%     25
 100%     25 (longest request)
)";

// ab -q -n 120 -c 6, without -l; answers of several lengths, some of them 503.
inline constexpr std::string_view kAbWithLengths =
    R"(This is ApacheBench, Version 2.3 <$Revision$>
Copyright 1996 Adam Twiss, Zeus Technology Ltd, http://www.zeustech.net/
Licensed to The Apache Software Foundation, http://www.apache.org/

Benchmarking 127.0.0.1 (be patient).....done


Server Software:        nginx/1.22.1
Server Hostname:        127.0.0.1
Server Port:            18480

Document Path:          /mixed
Document Length:        4 bytes

Concurrency Level:      6
Time taken for tests:   0.079 seconds
Complete requests:      120
Failed requests:        88
   (Connect: 0, Receive: 0, Length: 88, Exceptions: 0)
Non-2xx responses:      24
Total transferred:      18896 bytes
HTML transferred:       584 bytes
Requests per second:    1510.08 [#/sec] (mean)
Time per request:       3.973 [ms] (mean)
Time per request:       0.662 [ms] (mean, across all concurrent requests)
Transfer rate:          232.21 [Kbytes/sec] received

Connection Times (ms)
              min  mean[+/-sd] median   max
Connect:        0    1   2.7      0      22
Processing:     0    3   5.2      0      22
Waiting:        0    1   3.0      0      13
Total:          0    3   6.3      0      28

Percentage of the requests served within a certain time (ms)
  50%      0
  66%      0
  75%      4
  80%      4
  90%     13
  95%     23
  98%     27
  99%     27
 100%     28 (longest request)
)";

// ab -q -l -n 20 -c 5; each connection was closed without an answer.
inline constexpr std::string_view kAbAllEmpty =
    R"(This is ApacheBench, Version 2.3 <$Revision$>
Copyright 1996 Adam Twiss, Zeus Technology Ltd, http://www.zeustech.net/
Licensed to The Apache Software Foundation, http://www.apache.org/

Benchmarking 127.0.0.1 (be patient).....done


Server Software:        
Server Hostname:        127.0.0.1
Server Port:            18480

Document Path:          /early
Document Length:        Variable

Concurrency Level:      5
Time taken for tests:   0.002 seconds
Complete requests:      20
Failed requests:        0
Total transferred:      0 bytes
HTML transferred:       0 bytes
Requests per second:    11441.65 [#/sec] (mean)
Time per request:       0.437 [ms] (mean)
Time per request:       0.087 [ms] (mean, across all concurrent requests)
Transfer rate:          0.00 [Kbytes/sec] received

Connection Times (ms)
              min  mean[+/-sd] median   max
Connect:        0    0   0.0      0       0
Processing:     0    0   0.0      0       0
Waiting:        0    0   0.0      0       0
Total:          0    0   0.0      0       0

Percentage of the requests served within a certain time (ms)
  50%      0
  66%      0
  75%      0
  80%      0
  90%      0
  95%      0
  98%      0
  99%      0
 100%      0 (longest request)
)";

// With 256 descriptors and -c 300; on standard error: "socket: Too many open
// files (24)". It says as much where nobody listens.
inline constexpr std::string_view kAbTooManyFiles =
    R"(This is ApacheBench, Version 2.3 <$Revision$>
Copyright 1996 Adam Twiss, Zeus Technology Ltd, http://www.zeustech.net/
Licensed to The Apache Software Foundation, http://www.apache.org/

Benchmarking 127.0.0.1 (be patient)...)";

// The server fell silent after six; on standard error: "apr_pollset_poll: The
// timeout specified has expired (70007)".
inline constexpr std::string_view kAbTimedOut =
    R"(This is ApacheBench, Version 2.3 <$Revision$>
Copyright 1996 Adam Twiss, Zeus Technology Ltd, http://www.zeustech.net/
Licensed to The Apache Software Foundation, http://www.apache.org/

Benchmarking 127.0.0.1 (be patient)...Total of 6 requests completed
)";

}  // namespace smsweb::bench
