// What ab 2.3 (of Apache 2.4.71) really said on its standard output.
#pragma once

#include <string_view>

namespace smsweb::bench {

// ab -q -n 50 -c 6; each fifth answer a 503.
inline constexpr std::string_view kAbWithNon2xx =
    R"(This is ApacheBench, Version 2.3 <$Revision$>
Copyright 1996 Adam Twiss, Zeus Technology Ltd, http://www.zeustech.net/
Licensed to The Apache Software Foundation, http://www.apache.org/

Benchmarking 127.0.0.1 (be patient).....done


Server Software:        test
Server Hostname:        127.0.0.1
Server Port:            9872

Document Path:          /mixed
Document Length:        2 bytes

Concurrency Level:      6
Time taken for tests:   0.026 seconds
Complete requests:      50
Failed requests:        10
   (Connect: 0, Receive: 0, Length: 10, Exceptions: 0)
Non-2xx responses:      10
Total transferred:      3790 bytes
HTML transferred:       280 bytes
Requests per second:    1907.30 [#/sec] (mean)
Time per request:       3.146 [ms] (mean)
Time per request:       0.524 [ms] (mean, across all concurrent requests)
Transfer rate:          141.19 [Kbytes/sec] received

Connection Times (ms)
              min  mean[+/-sd] median   max
Connect:        0    0   0.2      0       1
Processing:     0    3   1.1      3       5
Waiting:        0    3   1.2      3       5
Total:          1    3   1.1      3       5

Percentage of the requests served within a certain time (ms)
  50%      3
  66%      4
  75%      4
  80%      4
  90%      4
  95%      5
  98%      5
  99%      5
 100%      5 (longest request)
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

// ab -q -n 20 -c 5; each connection was closed without an answer.
inline constexpr std::string_view kAbAllEmpty =
    R"(This is ApacheBench, Version 2.3 <$Revision$>
Copyright 1996 Adam Twiss, Zeus Technology Ltd, http://www.zeustech.net/
Licensed to The Apache Software Foundation, http://www.apache.org/

Benchmarking 127.0.0.1 (be patient).....done


Server Software:        
Server Hostname:        127.0.0.1
Server Port:            9872

Document Path:          /early
Document Length:        0 bytes

Concurrency Level:      5
Time taken for tests:   0.004 seconds
Complete requests:      20
Failed requests:        0
Total transferred:      0 bytes
HTML transferred:       0 bytes
Requests per second:    4740.46 [#/sec] (mean)
Time per request:       1.055 [ms] (mean)
Time per request:       0.211 [ms] (mean, across all concurrent requests)
Transfer rate:          0.00 [Kbytes/sec] received

Connection Times (ms)
              min  mean[+/-sd] median   max
Connect:        0    0   0.1      0       0
Processing:     0    0   0.0      0       0
Waiting:        0    0   0.0      0       0
Total:          0    0   0.1      0       0

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

// ab -q -n 40 -c 4; each fourth connection was closed without an answer.
inline constexpr std::string_view kAbSomeEmpty =
    R"(This is ApacheBench, Version 2.3 <$Revision$>
Copyright 1996 Adam Twiss, Zeus Technology Ltd, http://www.zeustech.net/
Licensed to The Apache Software Foundation, http://www.apache.org/

Benchmarking 127.0.0.1 (be patient).....done


Server Software:        test
Server Hostname:        127.0.0.1
Server Port:            9872

Document Path:          /fourth
Document Length:        2 bytes

Concurrency Level:      4
Time taken for tests:   0.017 seconds
Complete requests:      40
Failed requests:        10
   (Connect: 0, Receive: 0, Length: 10, Exceptions: 0)
Total transferred:      2160 bytes
HTML transferred:       60 bytes
Requests per second:    2398.37 [#/sec] (mean)
Time per request:       1.668 [ms] (mean)
Time per request:       0.417 [ms] (mean, across all concurrent requests)
Transfer rate:          126.48 [Kbytes/sec] received

Connection Times (ms)
              min  mean[+/-sd] median   max
Connect:        0    0   0.1      0       0
Processing:     0    1   0.6      1       3
Waiting:        0    1   0.8      1       3
Total:          1    2   0.6      1       3
WARNING: The median and mean for the total time are not within a normal deviation
        These results are probably not that reliable.

Percentage of the requests served within a certain time (ms)
  50%      1
  66%      2
  75%      2
  80%      2
  90%      2
  95%      3
  98%      3
  99%      3
 100%      3 (longest request)
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
