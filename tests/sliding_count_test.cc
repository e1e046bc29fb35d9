// A count over a window that slides.
#include <deque>
#include <random>

#include "catch.h"
#include "common/store/limit.h"

namespace smsweb {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallTime kStart{Millis(1'763'882'208'123)};
constexpr Millis kWindow = minutes(8);

SlidingCount Use(SlidingCount count, WallTime at, std::uint32_t cost = 1) {
  count = count.At(at, kWindow);
  count.used[0] += cost;
  return count;
}

TEST_CASE("What was counted leaves an eighth of the window late at the most") {
  const SlidingCount count = Use({}, kStart, 3);
  CHECK(count.At(kStart + kWindow, kWindow).Total() == 3);
  CHECK(count.At(kStart + kWindow + minutes(1), kWindow).Total() == 0);
  const auto free = count.FreeAt(kStart, kWindow, 3, 1);
  REQUIRE(free.has_value());
  CHECK(*free > kStart + kWindow);
  CHECK(*free <= kStart + kWindow + minutes(1));
  CHECK(count.At(*free, kWindow).Total() == 0);
  CHECK(count.At(*free - Millis(1), kWindow).Total() == 3);
  CHECK(count.EndsAt(kWindow) == *free);
}

TEST_CASE("What fits is free now, and what never fits never") {
  const SlidingCount count = Use({}, kStart, 2);
  CHECK(count.FreeAt(kStart, kWindow, 3, 1) == kStart);
  CHECK(count.FreeAt(kStart, kWindow, 3, 4) == std::nullopt);
}

TEST_CASE("A clock that is set back forgives nothing") {
  const SlidingCount count = Use(Use({}, kStart, 2), kStart + minutes(3), 1)
                                 .At(kStart - minutes(90), kWindow);
  CHECK(count.Total() == 3);
  CHECK(count.At(kStart - minutes(81), kWindow).Total() == 0);
}

// Against a list of all times.
TEST_CASE("No stretch as long as the window has more than it may") {
  std::mt19937 random(5);
  for (const std::int64_t most : {1, 3, 17}) {
    SlidingCount count;
    std::deque<WallTime> taken;
    std::int64_t refused_early = 0;
    WallTime now = kStart;
    for (int i = 0; i < 20'000; ++i) {
      now += Millis(random() % 60'000);
      while (!taken.empty() && now - taken.front() > kWindow) taken.pop_front();
      count = count.At(now, kWindow);
      const auto free = count.FreeAt(now, kWindow, most, 1);
      REQUIRE(free.has_value());
      if (*free > now) {
        CHECK(count.At(*free, kWindow).Total() < most);
        // It is full, or was an eighth of the window ago.
        if (std::ssize(taken) < most) ++refused_early;
        continue;
      }
      ++count.used[0];
      taken.push_back(now);
      REQUIRE(std::ssize(taken) <= most);
    }
    CHECK(refused_early < 20'000 / 4);
  }
}

}  // namespace
}  // namespace smsweb
