// Figures and sentences, for people.
#include <cmath>
#include <limits>
#include <string>

#include "bench/figures/figures.h"
#include "catch.h"

using namespace smsweb::bench;

TEST_CASE("Figures have three digits that count and a unit that fits") {
  CHECK(Grouped(7) == "7");
  CHECK(Grouped(999) == "999");
  CHECK(Grouped(1000) == "1,000");
  CHECK(Grouped(1'234'567) == "1,234,567");
  CHECK(Figure(0) == "0");
  CHECK(Figure(0.0004) == "<0.001");
  CHECK(Figure(0.5678) == "0.568");
  CHECK(Figure(27.24) == "27.2");
  CHECK(Figure(999.4) == "999");
  CHECK(Figure(999.6) == "1,000");
  CHECK(Figure(28450.6) == "28,451");
  CHECK(Figure(-3) == "-3");
  CHECK(Percent(0.05) == "5 %");
  CHECK(Duration(0) == "0 s");
  CHECK(Duration(0.00085) == "850 µs");
  CHECK(Duration(0.0014) == "1.4 ms");
  CHECK(Duration(3.02) == "3.02 s");
  CHECK(Duration(1500) == "25 min");
  CHECK(Duration(7200) == "2 h");
  CHECK(Duration(std::numeric_limits<double>::infinity()) == "without end");
  CHECK(Bytes(106.5 * 1024 * 1024) == "106 MiB");
  CHECK(BytesPerSecond(138'909) == "138,909 B/s");
  CHECK(BytesPerSecond(2'608'036) == "2.49 MiB/s");
  CHECK(Count(1, "modem") == "1 modem");
  CHECK(Count(1200, "modem") == "1,200 modems");
}

TEST_CASE("A sentence is wrapped behind what its first line begins with") {
  const std::string words(70, 'x');
  CHECK(Wrapped(words + " y zzzzzz", "- ") == "- " + words + " y\n  zzzzzz\n");
  CHECK(Wrapped("short", "") == "short\n");
}
