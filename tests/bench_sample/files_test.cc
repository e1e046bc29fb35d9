// Files of /proc, as Linux 6.18 and 6.1 wrote them.
#include <string>

#include "bench/sample/device_files.h"
#include "bench/sample/machine_files.h"
#include "bench/sample/process_files.h"
#include "catch.h"

namespace smsweb::bench {
namespace {

constexpr const char* kStat =
    "cpu  3549371 1965099 1018205 4441596 41931 0 27638 2876 0 0\n"
    "cpu0 1737527 984128 477829 2304672 9997 0 9387 1428 0 0\n"
    "cpu1 1811844 980970 540375 2136923 31933 0 18250 1448 0 0\n"
    "intr 58169006 0 0 25\n"
    "ctxt 105813127\n"
    "btime 1795639225\n"
    "processes 1066351\n"
    "procs_running 2\n"
    "procs_blocked 0\n"
    "softirq 69813110 0 3254611 13\n";

TEST_CASE("/proc/stat has CPU times of all cores and of each, and counters") {
  const auto stat = ParseKernelStat(kStat);
  REQUIRE(stat.has_value());
  CHECK(stat->all.user == 3549371);
  CHECK(stat->all.nice == 1965099);
  CHECK(stat->all.system == 1018205);
  CHECK(stat->all.idle == 4441596);
  CHECK(stat->all.iowait == 41931);
  CHECK(stat->all.softirq == 27638);
  CHECK(stat->all.steal == 2876);
  REQUIRE(stat->cores.size() == 2);
  CHECK(stat->cores.at(1).user == 1811844);
  CHECK(stat->interrupts == 58169006);
  CHECK(stat->context_switches == 105813127);
  CHECK(stat->forks == 1066351);
}

TEST_CASE("A core that is switched off is not in /proc/stat") {
  const auto stat =
      ParseKernelStat("cpu 1 2 3 4\ncpu0 1 1 1 1\ncpu2 0 1 2 3\n");
  REQUIRE(stat.has_value());
  CHECK(stat->cores.contains(2));
  CHECK(!stat->cores.contains(1));
  CHECK(!stat->forks.has_value());
}

TEST_CASE("What is no /proc/stat is refused") {
  for (const char* text : {"", "cpu\n", "cpu 1 2 3\n", "cpu0 a b c d\n",
                           "cpux 1 2 3 4\n", "ctxt 5\n"}) {
    INFO(text);
    CHECK(!ParseKernelStat(text).has_value());
  }
}

constexpr const char* kMeminfo =
    "MemTotal:       24684096 kB\nMemFree:        23327100 kB\n"
    "MemAvailable:   24177408 kB\nBuffers:           14016 kB\n"
    "SwapTotal:       1048572 kB\nSwapFree:        1048000 kB\n"
    "HugePages_Total:       0\n";

TEST_CASE("/proc/meminfo is in KiB") {
  const auto memory = ParseMemory(kMeminfo);
  REQUIRE(memory.has_value());
  CHECK(memory->total == 24684096ULL * 1024);
  CHECK(memory->available == 24177408ULL * 1024);
  CHECK(memory->swap_total - memory->swap_free == 572 * 1024);
  CHECK(!ParseMemory("MemTotal: 24684096 kB\n").has_value());
  CHECK(!ParseMemory("").has_value());
}

TEST_CASE("The first number of file-nr is how many files are open") {
  CHECK(ParseOpenFiles("711\t0\t2466183\n") == 711);
  CHECK(!ParseOpenFiles("\n").has_value());
}

TEST_CASE("Where each core runs at its own frequency, the mean is told") {
  CHECK(ParseMegahertz("processor\t: 0\ncpu MHz\t\t: 2596.126\n"
                       "processor\t: 1\ncpu MHz\t\t: 1404.126\n") ==
        Approx(2000.126));
  CHECK(!ParseMegahertz("processor\t: 0\nBogoMIPS\t: 48.00\n").has_value());
}

TEST_CASE("/proc/vmstat counts processes killed for want of memory") {
  CHECK(ParseOomKills("pgfault 1\noom_kill 3\nnuma_hit 4\n") == 3);
  CHECK(!ParseOomKills("pgfault 1\n").has_value());
}

constexpr const char* kNetDev =
    "Inter-|   Receive                                                |  "
    "Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes   "
    " "
    "packets errs drop fifo colls carrier compressed\n"
    "    lo: 35694361124 49032710    0    0    0     0          0         0 "
    "35694361124 49032710    0    0    0     0       0          0\n"
    "  eth0:880430789   24515    0    0    0     0          0         0  "
    "1789527   18885    0    0    0     0       0          0\n";

TEST_CASE("Bytes of all network interfaces are added up, the loopback too") {
  const auto bytes = ParseInterfaces(kNetDev);
  REQUIRE(bytes.has_value());
  CHECK(bytes->received == 35694361124 + 880430789);
  CHECK(bytes->sent == 35694361124 + 1789527);
  CHECK(!ParseInterfaces("").has_value());
  CHECK(!ParseInterfaces("a\nb\nlo: 1 2 3\n").has_value());
}

constexpr const char* kNetCounters =
    "TcpExt: SyncookiesSent ListenOverflows ListenDrops\n"
    "TcpExt: 12546 65173 65174\n"
    "IpExt: InNoRoutes InOctets\n"
    "IpExt: 0 36574443303\n"
    "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens CurrEstab "
    "RetransSegs\n"
    "Tcp: 1 200 120000 -1 2066721 7 64087\n";

TEST_CASE("Counters of the network are told by protocol and name") {
  const auto counters = ParseNetCounters(kNetCounters);
  CHECK(counters.size() == 12);
  CHECK(counters.at("TcpExt.ListenOverflows") == 65173);
  CHECK(counters.at("TcpExt.ListenDrops") == 65174);
  CHECK(counters.at("Tcp.MaxConn") == -1);
  CHECK(counters.at("Tcp.RetransSegs") == 64087);
}

TEST_CASE("Values that are not those of the line above are not read") {
  CHECK(ParseNetCounters("Tcp: A B\nUdp: 1 2\n").empty());
  CHECK(ParseNetCounters("Tcp: A B\nTcp: 1\n").size() == 1);
  CHECK(ParseNetCounters("").empty());
}

TEST_CASE("Sockets in time-wait are in the line of TCP") {
  CHECK(ParseTimeWait("sockets: used 17\nTCP: inuse 2 orphan 0 tw 91 alloc 2 "
                      "mem 172\nUDP: inuse 0 mem 0\n") == 91);
  CHECK(!ParseTimeWait("TCP: inuse 2 orphan\n").has_value());
}

TEST_CASE("Disks count sectors of 512 bytes, and milliseconds") {
  const auto disks = ParseDisks(
      "   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
      " 254       0 vda 1443630 143877 58799074 6995576 13985731 968353 "
      "1233703048 5545899 0 1359376 13021640 810711 113 852014976 244513 "
      "4363662 235650\n"
      " 254       1 vda1 10 20 30\n");
  REQUIRE(disks.size() == 2);
  CHECK(disks.at("vda").read == 58799074ULL * 512);
  CHECK(disks.at("vda").written == 1233703048ULL * 512);
  CHECK(disks.at("vda").busy_ms == 1359376);
}

constexpr const char* kProcessStat =
    "2104 (cat) R 2090 2091 25785 0 -1 4194304 100 0 0 0 11 22 33 44 20 0 5 0 "
    "5537041 3133440 412 18446744073709551615 94115130470400 94115130490281 "
    "140730613025024 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 94115130506288\n";

TEST_CASE("/proc/PID/stat tells whose child it is and what it has used") {
  const auto stat = ParseProcessStat(kProcessStat);
  REQUIRE(stat.has_value());
  CHECK(stat->pid == 2104);
  CHECK(stat->name == "cat");
  CHECK(stat->state == 'R');
  CHECK(stat->parent == 2090);
  CHECK(stat->session == 25785);
  CHECK(stat->own_ticks == 33);
  CHECK(stat->reaped_ticks == 77);
  CHECK(stat->threads == 5);
  CHECK(stat->start_ticks == 5537041);
  CHECK(stat->resident_pages == 412);
}

TEST_CASE("A process may be called what it likes") {
  std::string text = kProcessStat;
  text.replace(text.find("cat"), 3, "a) R 1 (b");
  const auto stat = ParseProcessStat(text);
  REQUIRE(stat.has_value());
  CHECK(stat->name == "a) R 1 (b");
  CHECK(stat->parent == 2090);
}

constexpr const char* kStatus =
    "Name:\tapache2\nState:\tS (sleeping)\nThreads:\t1\n"
    "SigCgt:\t0000000180000000\nSigIgn:\t0000000000010000\n"
    "voluntary_ctxt_switches:\t150\nnonvoluntary_ctxt_switches:\t7\n";

TEST_CASE("/proc/PID/status adds up context switches of both kinds") {
  const auto status = ParseProcessStatus(kStatus);
  REQUIRE(status.has_value());
  CHECK(status->switches == 157);
  CHECK(!ParseProcessStatus("Name:\tcat\n").has_value());
}

// The daemon of mod_cgid has the first; nginx the second.
TEST_CASE("/proc/PID/status tells who does not wait for children") {
  std::string text = kStatus;
  CHECK(ParseProcessStatus(text)->ignores_children);
  text.replace(text.find("0000000000010000"), 16, "0000000001001000");
  CHECK(!ParseProcessStatus(text)->ignores_children);
}

TEST_CASE("/proc/PID/io: what went to and from disks, not through sockets") {
  const auto io = ParseProcessIo(
      "rchar: 8680\nwchar: 1704\nsyscr: 14\nsyscw: 2\nread_bytes: 4096\n"
      "write_bytes: 8192\ncancelled_write_bytes: 0\n");
  REQUIRE(io.has_value());
  CHECK(io->read == 4096);
  CHECK(io->written == 8192);
  CHECK(!ParseProcessIo("rchar: 8680\n").has_value());
}

TEST_CASE("/proc/PID/limits: the soft limit of descriptors") {
  const std::string head =
      "Limit                     Soft Limit           Hard Limit           "
      "Units     \n"
      "Max cpu time              unlimited            unlimited            "
      "seconds   \n";
  CHECK(ParseDescriptorLimit(head +
                             "Max open files            1024                 "
                             "20000                files     \n") == 1024);
  CHECK(!ParseDescriptorLimit(head + "Max open files            unlimited     "
                                     "       unlimited            files\n")
             .has_value());
  CHECK(!ParseDescriptorLimit(head).has_value());
}

TEST_CASE("Texts that are cut off anywhere are read without harm") {
  for (const std::string text :
       {kStat, kMeminfo, kNetDev, kNetCounters, kProcessStat, kStatus}) {
    for (std::size_t size = 0; size < text.size(); ++size) {
      // In memory of its own, so that a sanitizer sees a byte too far.
      const std::vector<char> cut(text.begin(), text.begin() + size);
      const std::string_view view(cut.data(), cut.size());
      ParseKernelStat(view);
      ParseMemory(view);
      ParseInterfaces(view);
      ParseNetCounters(view);
      ParseDisks(view);
      ParseTimeWait(view);
      ParseProcessStatus(view);
      ParseProcessIo(view);
      ParseDescriptorLimit(view);
      const auto stat = ParseProcessStat(view);
      CHECK((!stat || stat->pid == 2104));
    }
  }
}

}  // namespace
}  // namespace smsweb::bench
