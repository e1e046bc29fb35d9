// When the spooler tidies the queue: on a clock that the test moves.
#include "daemon/upkeep.h"

#include <fstream>
#include <iterator>

#include "catch.h"
#include "fake_store.h"
#include "temp_folder.h"

namespace smsweb {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

// Has so much to do; each step takes so long.
class BusyStore final : public FakeStore {
 public:
  explicit BusyStore(ManualClock& clock) : clock_(clock) {}

  Result<UpkeepOutcome> Upkeep(const UpkeepStep& step) override {
    if (failing) return Fail(ErrorKind::kUnavailable, "the disk is full");
    steps.push_back(step);
    clock_.Advance(step_takes);
    rows -= step.most;
    if (rows <= 0) return last;
    return UpkeepOutcome{.next = UpkeepPlace{.chore = 1, .behind = rows}};
  }
  Result<SpaceOutcome> GiveBackSpace(bool empty_log) override {
    if (failing) return Fail(ErrorKind::kUnavailable, "the disk is full");
    ++looks_at_space;
    emptied += empty_log ? 1 : 0;
    return SpaceOutcome{.more = more_space-- > 0, .log_bytes = log_bytes};
  }

  std::vector<UpkeepStep> steps;
  int rows = 0;
  Millis step_takes{1};
  int looks_at_space = 0;
  int emptied = 0;
  int more_space = 0;
  std::int64_t log_bytes = 0;
  bool failing = false;
  UpkeepOutcome last;  // what the step does that ends a pass

 private:
  ManualClock& clock_;
};

struct World {
  ManualClock clock;
  BusyStore store{clock};
  Logger log = Logger::Discard();
  RetentionConfig config;
  Upkeep upkeep{config, store, clock, log};

  // Turns at each deadline until so much time is over.
  void Pass(Millis time, bool busy = false) {
    const MonoTime end = clock.Mono() + time;
    while (upkeep.Deadline(busy) < end) {
      const auto next = upkeep.Deadline(busy);
      if (next > clock.Mono()) {
        clock.Advance(std::chrono::ceil<Millis>(next - clock.Mono()));
      }
      upkeep.Turn(busy);
    }
    if (clock.Mono() < end) {
      clock.Advance(std::chrono::ceil<Millis>(end - clock.Mono()));
    }
  }
};

TEST_CASE("Nothing is tidied as the spooler starts, and all once an hour") {
  World world;
  world.Pass(seconds(9));
  CHECK(world.store.steps.empty());
  world.Pass(seconds(2));
  CHECK(world.store.steps.size() == 1);
  world.Pass(hours(1) - seconds(10));
  CHECK(world.store.steps.size() == 1);
  world.Pass(seconds(30));
  CHECK(world.store.steps.size() == 2);
}

TEST_CASE("The configuration says what is kept, and 0 is for ever") {
  World world;
  world.config.sent = seconds(0);
  world.config.inbox = hours(1000);
  Upkeep upkeep(world.config, world.store, world.clock, world.log);
  upkeep.Finish();
  REQUIRE(!world.store.steps.empty());
  const auto& retention = world.store.steps[0].retention;
  const auto of = [&](MessageState state) {
    return retention.messages[static_cast<std::size_t>(state)];
  };
  CHECK_FALSE(of(MessageState::kQueued).has_value());
  CHECK_FALSE(of(MessageState::kSending).has_value());
  CHECK_FALSE(of(MessageState::kSent).has_value());
  CHECK(of(MessageState::kUnknown) == hours(90 * 24));
  CHECK(of(MessageState::kDelivered) == hours(30 * 24));
  CHECK(retention.texts == hours(7 * 24));
  CHECK(retention.inbox == hours(1000));
}

TEST_CASE("A pass that only deleted keys and their like is told of, too") {
  TempFolder folder;
  {
    World world;
    world.log = std::move(*Logger::Open("smswebd", "info", folder / "log"));
    world.store.last.others = 3;
    world.Pass(seconds(11));
  }
  std::ifstream file(folder / "log");
  const std::string log(std::istreambuf_iterator<char>(file), {});
  CHECK(log.find("others_deleted=3") != std::string::npos);
}

TEST_CASE("A pass goes on where it stopped, in steps that take a small share") {
  World world;
  world.store.rows = 3000;
  world.store.step_takes = Millis(3);
  world.Pass(seconds(60));
  REQUIRE(world.store.steps.size() > 10);
  CHECK(world.store.rows <= 0);
  for (std::size_t i = 1; i < world.store.steps.size(); ++i) {
    CHECK(world.store.steps[i].from.chore == 1);
    const auto apart = world.store.steps[i].now - world.store.steps[i - 1].now;
    CHECK(apart >= 20 * world.store.step_takes);
  }
}

TEST_CASE("While messages are under way, the share is smaller") {
  World world;
  world.store.rows = 300;
  world.store.step_takes = Millis(3);
  world.Pass(seconds(60), true);
  REQUIRE(world.store.steps.size() > 2);
  CHECK(world.store.steps[2].now - world.store.steps[1].now >=
        100 * world.store.step_takes);
}

TEST_CASE("A step that takes long is followed by smaller ones") {
  World world;
  world.store.rows = 100'000;
  world.Pass(seconds(20));
  CHECK(world.store.steps.back().most == 200);
  world.store.step_takes = Millis(40);
  world.Pass(seconds(20));
  CHECK(world.store.steps.back().most == 10);
}

TEST_CASE("The log is emptied each minute, and at once when it is long") {
  World world;
  world.Pass(seconds(59));
  CHECK(world.store.emptied == 0);
  world.Pass(seconds(2));
  CHECK(world.store.emptied == 1);
  world.Pass(seconds(300));
  CHECK(world.store.emptied == 6);

  world.store.log_bytes = 100 << 20;
  world.Pass(seconds(60), true);
  CHECK(world.store.emptied >= 16);
}

TEST_CASE("Free space goes back in quick succession") {
  World world;
  world.store.more_space = 50;
  world.Pass(seconds(70));
  CHECK(world.store.looks_at_space >= 50);
}

TEST_CASE("Who is idle is woken for nothing but the log") {
  World world;
  world.Pass(seconds(600));
  CHECK(world.store.looks_at_space <= 11);
}

TEST_CASE("A queue that can't be written is tried again, and goes on") {
  World world;
  world.store.rows = 100;
  world.store.failing = true;
  world.Pass(seconds(120));
  CHECK(world.store.steps.empty());
  world.store.failing = false;
  world.Pass(seconds(60));
  CHECK(world.store.rows <= 0);
  CHECK(world.store.emptied >= 1);
}

TEST_CASE("A spooler that ends does some of it, and not for long") {
  World world;
  world.store.rows = 1'000'000;
  world.upkeep.Finish();
  CHECK(world.store.steps.size() == 20);
  CHECK(world.store.emptied == 1);

  World done;
  done.upkeep.Finish();
  CHECK(done.store.steps.size() == 1);
  CHECK(done.store.emptied == 1);

  World failing;
  failing.store.failing = true;
  failing.upkeep.Finish();
  CHECK(failing.store.steps.empty());
}

}  // namespace
}  // namespace smsweb
