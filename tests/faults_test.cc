// The faults of faults/*.txt, each in virtual time: with the modems' answers
// in one piece, byte by byte, and in random chunks.
//
//   faults_test -c modem_is_silent_after_the_pdu      one of them
//   SMSWEB_FAULT_SEED=7 faults_test                   other chunks
//   SMSWEB_FAULTS=FOLDER faults_test                  others
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "catch.h"
#include "faults/player.h"

namespace smsweb::faults {
namespace {

std::string Folder() {
  const char* const folder = std::getenv("SMSWEB_FAULTS");
  return folder ? folder : SMSWEB_FAULTS;
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(Folder())) {
    if (entry.path().extension() == ".txt") {
      names.push_back(entry.path().stem());
    }
  }
  std::ranges::sort(names);
  return names;
}

std::uint32_t Seed() {
  const char* const text = std::getenv("SMSWEB_FAULT_SEED");
  return text ? static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10)) : 1;
}

void Play(const std::string& name, Delivery delivery) {
  const auto scenario = ReadScenario(Folder() + "/" + name + ".txt");
  if (!scenario) FAIL(scenario.error().message);
  std::optional<std::string> failure;
  try {
    failure = Player(*scenario, delivery, Seed()).Play();
  } catch (const Failure& set_up) {
    failure = name + ".txt: " + set_up.what;
  }
  if (failure) FAIL(*failure);
  SUCCEED();
}

TEST_CASE("Each fault ends as its scenario says") {
  for (const std::string& name : Names()) {
    DYNAMIC_SECTION(name) { Play(name, Delivery::kWhole); }
  }
}

TEST_CASE("... when answers come byte by byte") {
  for (const std::string& name : Names()) {
    DYNAMIC_SECTION(name) { Play(name, Delivery::kByteByByte); }
  }
}

TEST_CASE("... and when they come in random chunks") {
  for (const std::string& name : Names()) {
    DYNAMIC_SECTION(name) { Play(name, Delivery::kInChunks); }
  }
}

// The scenarios of everywhere/, with its fault at the first place, the second,
// and so on, until it does not happen any more. `step`: not at each of them.
int PlayEverywhere(const std::string& name, int step) {
  const std::string path = Folder() + "/everywhere/" + name + ".txt";
  for (int n = 1;; n += step) {
    INFO(name << ", $N = " << n);
    const auto scenario = ReadScenario(path, n);
    if (!scenario) FAIL(scenario.error().message);
    Player player(*scenario, Delivery::kWhole);
    const auto failure = player.Play();
    if (!player.AllHappened()) return n - 1;
    if (failure) FAIL(*failure);
  }
}

TEST_CASE("Wherever the spooler dies, nothing is lost or goes twice") {
  CHECK(PlayEverywhere("spooler_is_killed_before_it_records", 1) > 10);
  CHECK(PlayEverywhere("spooler_is_killed_behind_what_it_records", 1) > 10);
}

TEST_CASE("Wherever the spooler dies, what came is kept once") {
  CHECK(PlayEverywhere("spooler_is_killed_before_it_records_what_came", 1) >
        20);
  CHECK(PlayEverywhere("spooler_is_killed_behind_what_came", 1) > 20);
  CHECK(PlayEverywhere("spooler_is_killed_before_it_records_what_was_told", 1) >
        20);
  CHECK(PlayEverywhere("spooler_is_killed_behind_what_was_told", 1) > 20);
}

TEST_CASE("Wherever the port hangs up, what came is kept once") {
  constexpr int kPrime = 29;  // of some 3000 bytes
  CHECK(PlayEverywhere("port_hangs_up_as_something_comes", kPrime) > 1000);
  CHECK(PlayEverywhere("port_hangs_up_as_something_is_told", kPrime) > 1000);
}

TEST_CASE("Wherever the port hangs up, nothing is lost or goes twice") {
  constexpr int kPrime = 7;  // of some 700 bytes
  CHECK(PlayEverywhere("port_hangs_up", kPrime) > 300);
}

}  // namespace
}  // namespace smsweb::faults
