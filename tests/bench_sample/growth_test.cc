// Who belongs to which group, and what groups have used: nothing twice, nothing
// lost, nothing less than nothing.
#include "bench/sample/growth.h"

#include "bench/sample/cpu_share.h"
#include "bench/sample/group_values.h"
#include "bench/sample/groups.h"
#include "bench/sample/nobody_waits.h"
#include "bench/sample/process_details.h"
#include "bench_sample/fake_proc.h"
#include "catch.h"

namespace smsweb::bench {
namespace {

// A process of group 0.
Process Member(pid_t pid, pid_t parent, std::uint64_t own_us = 0,
               std::uint64_t reaped_us = 0) {
  return {.pid = pid,
          .parent = parent,
          .session = pid,
          .name = "p" + std::to_string(pid),
          .start = static_cast<std::uint64_t>(pid),
          .own_us = own_us,
          .reaped_us = reaped_us,
          .threads = 1,
          .group = 0};
}

ProcessTable Table(const std::vector<Process>& processes) {
  ProcessTable table;
  for (const auto& process : processes) table[process.pid] = process;
  return table;
}

std::uint64_t Cpu(const ProcessTable& before, const ProcessTable& after) {
  return SumByGroup(CpuGrowth(before, after), after, 1)[0];
}

// --- Groups

GroupBook Book(std::vector<pid_t> web, std::vector<pid_t> endpoint = {}) {
  return GroupBook(
      {{"web", std::move(web), {}},
       {"endpoint", std::move(endpoint), {"smsweb-cgi-but-longer"}}});
}

TEST_CASE("Whoever descends from a root is in its group, the rest in none") {
  auto table = Table({Member(1, 0), Member(10, 1), Member(11, 10),
                      Member(12, 11), Member(20, 1)});
  Book({10}).Assign(table);
  CHECK(table[11].group == 0);
  CHECK(table[12].group == 0);
  CHECK(table[20].group == kNoGroup);
  CHECK(table[1].group == kNoGroup);
}

TEST_CASE("The nearer of two roots decides") {
  auto table = Table({Member(1, 0), Member(10, 1), Member(11, 10),
                      Member(12, 11), Member(13, 12)});
  Book({10}, {12}).Assign(table);
  CHECK(table[11].group == 0);
  CHECK(table[13].group == 1);
}

TEST_CASE("A program's name decides, whoever started it, from 15 letters on") {
  auto table = Table({Member(1, 0), Member(10, 1), Member(11, 10)});
  table[11].name = "smsweb-cgi-but-";
  auto book = Book({10});
  book.Assign(table);
  CHECK(table[11].group == 1);
}

TEST_CASE("What is forked by one program and becomes another changes groups") {
  auto book = Book({10});
  auto table = Table({Member(10, 1), Member(11, 10)});
  book.Assign(table);
  CHECK(table[11].group == 0);
  table[11].name = "smsweb-cgi-but-";
  book.Assign(table);
  CHECK(table[11].group == 1);
}

TEST_CASE("A member stays in its group when its parent has ended") {
  auto book = Book({10});
  auto first = Table({Member(1, 0), Member(10, 1), Member(11, 10)});
  book.Assign(first);
  auto second = Table({Member(1, 0), Member(11, 1)});
  book.Assign(second);
  CHECK(second[11].group == 0);
}

TEST_CASE("An orphan that nobody saw before is known by its session") {
  auto table = Table({Member(1, 0), Member(10, 1), Member(11, 1)});
  table[11].session = 10;
  auto book = Book({10});
  book.Assign(table);
  CHECK(table[11].group == 0);
  // And still when the leader has ended.
  auto later = Table({Member(1, 0), Member(11, 1), Member(12, 1)});
  later[11].session = later[12].session = 10;
  book.Assign(later);
  CHECK(later[12].group == 0);
}

TEST_CASE("A pid that is somebody else's by now is no root") {
  auto book = Book({10});
  auto first = Table({Member(1, 0), Member(10, 1)});
  book.Assign(first);
  auto second = Table({Member(1, 0), Member(10, 1), Member(11, 10)});
  second[10].start = 999;
  book.Assign(second);
  CHECK(second[10].group == kNoGroup);
  CHECK(second[11].group == kNoGroup);
}

TEST_CASE("Parents that go in a circle end nothing but themselves") {
  auto table = Table({Member(10, 11), Member(11, 12), Member(12, 10)});
  table[10].session = 11;
  Book({}).Assign(table);
  CHECK(table[10].group == kNoGroup);
  Book({12}).Assign(table);
  CHECK(table[10].group == 0);
}

// --- CPU time

TEST_CASE("Who was there before has used the difference, who is new all") {
  CHECK(Cpu(Table({Member(1, 0, 100)}),
            Table({Member(1, 0, 150), Member(2, 1, 30)})) == 80);
}

TEST_CASE("Who is in no group is not counted") {
  auto after = Table({Member(1, 0, 50), Member(2, 0, 70)});
  after[2].group = kNoGroup;
  CHECK(Cpu({}, after) == 50);
}

TEST_CASE("A child that lived between two looks counts with its parent") {
  CHECK(Cpu(Table({Member(1, 0, 10, 0)}), Table({Member(1, 0, 12, 700)})) ==
        702);
}

TEST_CASE("What was counted of a child while it lived is not counted again") {
  const auto first = Table({Member(1, 0, 10, 0)});
  const auto second = Table({Member(1, 0, 10, 0), Member(2, 1, 300)});
  const auto third = Table({Member(1, 0, 10, 500)});  // it had 500 in the end
  CHECK(Cpu(first, second) == 300);
  CHECK(Cpu(second, third) == 200);
}

TEST_CASE("Children of children are taken over as well, once") {
  // 3 ended in 2's arms, 2 in 1's.
  const auto before =
      Table({Member(1, 0), Member(2, 1, 100), Member(3, 2, 40)});
  const auto after = Table({Member(1, 0, 0, 250)});
  CHECK(Cpu(before, after) == 110);
}

TEST_CASE("A zombie has what it used until somebody waits for it") {
  auto zombie = Member(2, 1, 60);
  zombie.ended = true;
  const auto before = Table({Member(1, 0), Member(2, 1, 50)});
  const auto with_zombie = Table({Member(1, 0), zombie});
  const auto after = Table({Member(1, 0, 0, 60)});
  CHECK(Cpu(before, with_zombie) == 10);
  CHECK(Cpu(with_zombie, after) == 0);
}

TEST_CASE("A process that vanished never makes a rate negative") {
  // Nobody waits for 2: 1 takes over nothing.
  const auto before = Table({Member(1, 0, 10, 5), Member(2, 1, 1'000'000)});
  CHECK(Cpu(before, Table({Member(1, 0, 20, 5)})) == 10);
  // 1 has gone, too.
  CHECK(Cpu(before, {}) == 0);
  CHECK(SumByGroup(CpuGrowth(before, {}), {}, 1)[0] == 0);
}

TEST_CASE("Another process with the same pid owes nothing to the first") {
  auto other = Member(2, 1, 30);
  other.start = 999;
  CHECK(Cpu(Table({Member(1, 0), Member(2, 1, 5000)}),
            Table({Member(1, 0), other})) == 30);
}

TEST_CASE("A counter that runs backwards has not moved") {
  CHECK(Cpu(Table({Member(1, 0, 100, 100)}), Table({Member(1, 0, 90, 80)})) ==
        0);
  CHECK(Grown(5, 3) == 0);
  CHECK(Grown(3, 5) == 2);
}

// --- Other counters

std::optional<std::uint64_t> Read(const Process& process) {
  if (!process.details.io) return std::nullopt;
  return process.details.io->read;
}

std::uint64_t BytesRead(const ProcessTable& before, const ProcessTable& after) {
  return SumByGroup(CounterGrowth(before, after, Read, OfChildren::kTakenOver),
                    after, 1)[0];
}

Process Reader(pid_t pid, pid_t parent, std::uint64_t read) {
  auto process = Member(pid, parent);
  process.details.io = ProcessIo{.read = read};
  return process;
}

TEST_CASE("Bytes of children that were waited for are those of the parent") {
  const auto before = Table({Reader(1, 0, 100), Reader(2, 1, 40)});
  CHECK(BytesRead(before, Table({Reader(1, 0, 190)})) == 50);
  CHECK(BytesRead(before, Table({Reader(1, 0, 110)})) == 0);
}

TEST_CASE("What nobody takes over is taken off nobody") {
  const auto before = Table({Reader(1, 0, 100), Reader(2, 1, 40)});
  const auto after = Table({Reader(1, 0, 190)});
  const auto growth = CounterGrowth(before, after, Read, OfChildren::kLost);
  CHECK(SumByGroup(growth, after, 1)[0] == 90);
}

RowValues ValuesOf(const ProcessTable& table) {
  RowValues values;
  AddGroupValues({"web"},
                 {.before = table, .after = table, .cpu = {}, .seconds = 1},
                 values);
  return values;
}

TEST_CASE(
    "One process that may not be looked into leaves its group's sum empty") {
  auto table = Table({Reader(1, 0, 100), Reader(2, 1, 40)});
  CHECK(ValuesOf(table).contains("web_read_bytes_per_second"));
  CHECK(ValuesOf(table).contains("web_descriptors"));
  table[2].details.io_denied = true;
  CHECK(!ValuesOf(table).contains("web_read_bytes_per_second"));
  CHECK(!ValuesOf(table).contains("web_written_bytes_per_second"));
  table[2].details.descriptors_denied = true;
  CHECK(!ValuesOf(table).contains("web_descriptors"));
  CHECK(!ValuesOf(table).contains("web_descriptors_greatest"));
}

TEST_CASE("A group's CPU time is a part of all cores together") {
  const auto table = Table({Member(1, 0), Member(2, 1)});
  RowValues values;
  AddGroupValues({"web"},
                 {.before = table,
                  .after = table,
                  .cpu = {{1, 1'000'000}, {2, 500'000}},
                  .seconds = 2,
                  .cores = 3},
                 values);
  CHECK(values.at("web_cpu_percent") == Approx(25));
}

TEST_CASE("A zombie is no process that runs") {
  auto table = Table({Member(1, 0), Member(2, 1)});
  table[2].ended = true;
  CHECK(ValuesOf(table).at("web_processes") == 1);
  CHECK(ValuesOf(table).at("web_threads") == 1);
}

TEST_CASE("A counter that begins to be read begins to be counted") {
  CHECK(BytesRead(Table({Member(1, 0)}), Table({Reader(1, 0, 5000)})) == 0);
  CHECK(BytesRead({}, Table({Reader(1, 0, 5000)})) == 5000);
}

TEST_CASE("Of many threads, each has its turn in one of several looks") {
  for (const pid_t pid : {1, 2, 17, 4095}) {
    CHECK(HasTurn(pid, 0, 100'000));
    CHECK(HasTurn(pid, 5, kThreadsPerLook));
    int turns = 0;
    for (std::uint64_t look = 1; look <= 8; ++look) {
      turns += HasTurn(pid, look, 8 * kThreadsPerLook) ? 1 : 0;
    }
    CHECK(turns == 1);
  }
}

TEST_CASE(
    "Who has no turn keeps what he had; who is new has done nothing yet") {
  const FakeProc fake;
  auto proc = ProcFolder::Open(fake.proc());
  REQUIRE(proc.has_value());
  const auto look = [&](std::uint64_t number, const ProcessTable& before,
                        const std::vector<pid_t>& pids) {
    ProcessTable table;
    for (const pid_t pid : pids) {
      table[pid] = Member(pid, 1);
      table[pid].threads = kThreadsPerLook;
    }
    ReadDetails(*proc, before, number, table);
    return table;
  };
  for (const pid_t pid : {10, 11}) fake.Put(pid, {.threads = 2, .switches = 5});
  const auto first = look(0, {}, {10, 11});
  CHECK(first.at(10).details.status->switches == 10);
  CHECK(first.at(11).details.status->switches == 10);
  for (const pid_t pid : {10, 11, 12}) {
    fake.Put(pid, {.threads = 2, .descriptors = 7, .switches = 20, .read = 9});
  }
  const auto second = look(1, first, {10, 11, 12});
  CHECK(second.at(10).details.status->switches == 40);
  CHECK(second.at(11).details.status->switches == 10);
  CHECK(second.at(11).details.io->read == 0);
  CHECK(second.at(11).details.descriptors == 7);
  CHECK(second.at(12).details.status->switches == 0);
  CHECK(second.at(12).details.io->read == 0);
}

// --- Children that nobody waits for

TEST_CASE("What a clock has counted and nobody else is lost time") {
  LostTime lost;
  CHECK(lost.Take(500, 120) == 380);
  CHECK(lost.Take(0, 0) == 0);
}

TEST_CASE("What one look counts too much is taken off at the next") {
  LostTime lost;
  CHECK(lost.Take(100, 110) == 0);
  CHECK(lost.Take(100, 60) == 30);
}

TEST_CASE("A clock runs for those that began after it") {
  const auto table = Table({Member(1, 0), Member(2, 1), Member(3, 2),
                            Member(4, 1), Member(5, 4), Member(9, 0)});
  const std::set<pid_t> uncovered = {4};
  CHECK(IsCovered(table.at(1), table.at(1), table, uncovered));
  CHECK(IsCovered(table.at(3), table.at(1), table, uncovered));
  CHECK(!IsCovered(table.at(4), table.at(1), table, uncovered));
  CHECK(!IsCovered(table.at(5), table.at(1), table, uncovered));
  CHECK(!IsCovered(table.at(9), table.at(1), table, uncovered));
}

}  // namespace
}  // namespace smsweb::bench
