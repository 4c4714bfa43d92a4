#!/bin/bash
# Runs once, when the PostgreSQL container makes its database: the two roles of TalentFlux and pgvector.
# By hand, on any PostgreSQL from 15 on, as an administrator: set the three variables and run it.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --quiet --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" \
  --set=owner_password="$TALENTFLUX_OWNER_PASSWORD" --set=app_password="$TALENTFLUX_APP_PASSWORD" \
  --set=database="${TALENTFLUX_DATABASE:-talentflux}" <<'SQL'
create role talentflux_owner login nosuperuser nocreatedb nocreaterole nobypassrls password :'owner_password';
create role talentflux_app login nosuperuser nocreatedb nocreaterole nobypassrls password :'app_password';
create database :"database" owner talentflux_owner encoding 'UTF8' template template0;
\connect :"database"
create extension vector;
SQL
