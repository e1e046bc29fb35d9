# smsweb_library(NAME FOLDER SOURCES ... [LINKS ...] [PRIVATE_LINKS ...])
#
# A library for the folder it is called from. Its headers are reached as
# "FOLDER/header.h", through an include directory that holds a link to that
# folder alone: whoever does not link the library can't include from it.
function(smsweb_library NAME FOLDER)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  set(view ${CMAKE_BINARY_DIR}/layers/${NAME})
  get_filename_component(parent ${view}/${FOLDER} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/${FOLDER} ${view}/${FOLDER} SYMBOLIC)
  list(TRANSFORM ARG_SOURCES PREPEND ${CMAKE_SOURCE_DIR}/${FOLDER}/)
  add_library(${NAME} STATIC ${ARG_SOURCES})
  set_target_properties(${NAME} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(${NAME} PUBLIC ${view})
  target_link_libraries(${NAME} PUBLIC ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS})
endfunction()

# smsweb_program(NAME FOLDER LINKS ...): FOLDER/main.cc, and nothing else.
function(smsweb_program NAME FOLDER)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  add_executable(${NAME} ${CMAKE_SOURCE_DIR}/${FOLDER}/main.cc)
  target_link_libraries(${NAME} PRIVATE ${ARG_LINKS})
  set_target_properties(${NAME} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  install(TARGETS ${NAME} DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# smsweb_module(NAME SOURCE LINKS ...): NAME.so of one source, which the programs
# load when they first need it (common/base/module.h).
function(smsweb_module NAME SOURCE)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  add_library(${NAME} MODULE ${SOURCE})
  target_link_libraries(${NAME} PRIVATE ${ARG_LINKS})
  set_target_properties(${NAME} PROPERTIES
    PREFIX "" CXX_VISIBILITY_PRESET hidden
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/smsweb)
  install(TARGETS ${NAME} DESTINATION lib/smsweb)
endfunction()
