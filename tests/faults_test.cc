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

}  // namespace
}  // namespace smsweb::faults
